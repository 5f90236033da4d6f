use std::time::Duration;

use super::*;
use crate::image::Accepted;
use crate::job::FileOfOtherVersion;
use crate::job::{ArchiveOptions, HandOver, InterruptedRun, JournalNotes, Order, Reused};
use crate::plan::tests::plan_of;
use crate::plan::{NameTemplate, Plan, SignIn};
use crate::report::ManifestOptions;
use crate::run::{CacheMode, Credentials, Settings};

fn settings_of_a_user() -> Settings {
    let mut settings = Settings {
        timeout: Duration::from_millis(1500),
        cache: CacheMode::ForceCache,
        credentials: Credentials::SameOrigin,
        is_supplied: true,
        accepted: Accepted::Files,
        reject_truncated: true,
        ..Settings::default()
    };
    settings.fix_concurrency(7);
    settings.limits.max_bytes = Some(1 << 40);
    settings.limits.renews = true;
    settings
}

fn job_of(plan: Plan) -> Job {
    Job {
        plan: Rc::new(plan),
        template: NameTemplate::parse("{index}-{name}").unwrap(),
        settings: settings_of_a_user(),
        archive: ArchiveOptions {
            skips_repeated_images: true,
            manifest: Some(ManifestOptions { has_json: false, ..ManifestOptions::default() }),
            ..ArchiveOptions::default()
        },
        started: 1_790_000_000_123.5,
        order: Order::Completion,
        reused: vec![Reused {
            item: 2,
            offset: 1 << 33,
            size: 7,
            crc32: u32::MAX,
            modified: Some(-1),
            final_url: Some("https://c.example/".into()),
            media_type: Some("application/pdf".into()),
        }],
        journal: Some(JournalNotes { source: "ü".into(), options: String::new() }),
        resumes: Some("123".into()),
    }
}

fn every_message_to_a_worker() -> Vec<ToWorker> {
    let relay = Relay::from_href("https://relay.example/?url=".into());
    assert!(relay.is_some());
    let plan = plan_of(["https://a.example/ä.png", "nonsense", "https://b.example/2"]);
    let sign_in = SignIn { hosts: vec!["a.example".into(), "b.example".into()], at_once: 4 };
    let plan = plan.with_sign_in(sign_in.clone());
    let retry = Retry { items: vec![0, 2], settings: settings_of_a_user(), relay, sign_in, started: 0.5 };
    vec![
        ToWorker::Start {
            job: Rc::new(job_of(plan)),
            into_sink: true,
            commands: vec![Command::Pause, Command::Skip(3)],
        },
        ToWorker::Command(Command::Pause),
        ToWorker::Command(Command::Resume),
        ToWorker::Command(Command::Stop),
        ToWorker::Command(Command::Skip(69_999)),
        ToWorker::Command(Command::Restart(7)),
        ToWorker::Interaction(Interaction::Retry(Box::new(retry))),
        ToWorker::Interaction(Interaction::Verify),
        ToWorker::Interaction(Interaction::Preview(69_999, 288)),
        ToWorker::ReusedArchive,
        ToWorker::Verdict { item: 69_999, is_kept: true },
        ToWorker::ChunkWritten,
        ToWorker::LongAddress(1 << 33),
        ToWorker::Supplied(69_999),
        ToWorker::Arrived(vec![1, 2, 3]),
        ToWorker::HandOver("ü.zip".into()),
        ToWorker::Select(vec![0, 69_999]),
        ToWorker::Cancel,
        ToWorker::Release,
        ToWorker::Interaction(Interaction::ListRuns),
        ToWorker::Interaction(Interaction::HandOverRun { name: "1".into(), file_name: "ü.zip".into() }),
        ToWorker::Interaction(Interaction::Discard("123".into())),
    ]
}

fn interrupted() -> InterruptedRun {
    InterruptedRun {
        source: "https://a.example/1.jpg\n".into(),
        options: "mode=concurrent".into(),
        started: 1_790_000_000_123.5,
        elapsed: Duration::from_millis(2500),
        items: 70_000,
        fingerprint: 0xCAFE_BABE,
        stored: 12,
        bytes: 1 << 41,
    }
}

fn stored_runs() -> Vec<StoredRun> {
    let interrupted = StoredRun {
        name: "1".into(),
        run: Some(interrupted()),
        archive: None,
        handed_over: None,
        other_version: None,
    };
    let hand_over = HandOver { at: 1_790_000_000_456.0, file_name: "ü.zip".into() };
    vec![
        StoredRun { name: "2".into(), archive: Some(1 << 41), ..interrupted.clone() },
        StoredRun {
            name: "3".into(),
            run: None,
            archive: Some(9),
            handed_over: Some(hand_over),
            ..interrupted.clone()
        },
        StoredRun { other_version: Some(FileOfOtherVersion::Archive), ..interrupted.clone() },
        StoredRun { other_version: Some(FileOfOtherVersion::Part), ..interrupted.clone() },
        interrupted,
    ]
}

fn every_message_from_a_worker() -> Vec<FromWorker> {
    let names = vec![Some(EntryName::trusted("ä.png".into())), None];
    let summary = ArchiveSummary {
        names,
        size: 1 << 42,
        place: ArchivePlace::Memory,
        protocols: vec!["h2".into(), "h3".into()],
        spool: Some("12".into()),
    };
    let mut messages = vec![
        FromWorker::Events(vec![1, 2, 3]),
        FromWorker::Chunk,
        FromWorker::LongAddress(7),
        FromWorker::Ask { item: 69_999, href: "https://a.example/ä".into() },
        FromWorker::SinkEnd,
        FromWorker::Preview(3, 72),
        FromWorker::Archive(summary),
        FromWorker::Verified,
        FromWorker::HandedOver(true),
        FromWorker::Runs(stored_runs()),
    ];
    messages.extend(ArchiveErrorKind::ALL.map(|kind| FromWorker::Failed(kind.because("voll – kein Platz"))));
    messages
}

#[test]
fn every_message_to_a_worker_arrives_as_it_was_sent() {
    for message in every_message_to_a_worker() {
        let bytes = message.to_bytes();
        let read = ToWorker::read(&bytes).unwrap_or_else(|| panic!("{message:?} is not read"));
        assert_eq!(read.to_bytes(), bytes, "{message:?}");
        assert_eq!(std::mem::discriminant(&read), std::mem::discriminant(&message));
    }
}

#[test]
fn every_message_from_a_worker_arrives_as_it_was_sent() {
    for message in every_message_from_a_worker() {
        let bytes = message.to_bytes();
        let read = FromWorker::read(&bytes).unwrap_or_else(|| panic!("{message:?} is not read"));
        assert_eq!(format!("{read:?}"), format!("{message:?}"));
    }
}

#[test]
fn a_job_keeps_its_items_settings_relay_and_notes() {
    let plan = plan_of(["https://a.example/ä.png", "nonsense"]);
    let relay = Relay::from_href("https://relay.example/".into());
    let sent = job_of(plan.with_relay(relay));
    let commands = vec![Command::Restart(1), Command::Stop];
    let start = ToWorker::Start { job: Rc::new(sent.clone()), into_sink: false, commands: commands.clone() };
    let Some(ToWorker::Start { job, into_sink: false, commands: read }) = ToWorker::read(&start.to_bytes())
    else {
        panic!("it is the start of a run")
    };
    assert_eq!(read, commands);
    assert_eq!(job.settings, sent.settings);
    assert_eq!((job.started, job.order), (sent.started, sent.order));
    assert_eq!((&job.journal, &job.resumes), (&sent.journal, &sent.resumes));
    assert_eq!(job.plan.relay(), sent.plan.relay());
    assert_eq!(job.template.source(), sent.template.source());
    let addresses = |plan: &Plan| -> Vec<_> {
        plan.items()
            .iter()
            .map(|item| item.address.as_ref().ok().map(|address| address.href.clone()))
            .collect()
    };
    assert_eq!(addresses(&job.plan), addresses(&sent.plan));
}

#[test]
fn an_unlimited_number_stays_unlimited() {
    let mut settings_sent = Settings::default();
    settings_sent.limits.per_origin = usize::MAX;
    let mut bytes = Vec::new();
    put_settings(&mut bytes, &settings_sent);
    assert_eq!(read_settings(&mut ByteReader(&bytes)), Some(settings_sent));
}

#[test]
fn a_torn_message_is_no_message() {
    for message in every_message_to_a_worker() {
        let bytes = message.to_bytes();
        for end in 0..bytes.len() {
            // Lists without a length end where the bytes do, so a cut between two entries is a shorter
            // list: it must not be anything else.
            if let Some(read) = ToWorker::read(&bytes[..end]) {
                let is_list = matches!(
                    read,
                    ToWorker::Start { .. }
                        | ToWorker::Arrived(_)
                        | ToWorker::Select(_)
                        | ToWorker::Interaction(Interaction::Retry(_))
                );
                assert!(is_list, "{message:?} at {end}");
            }
        }
    }
    for bytes in [&[][..], &[99], &[to_worker::COMMAND, 3], &[to_worker::VERIFY, 0]] {
        assert!(ToWorker::read(bytes).is_none(), "{bytes:?}");
    }
    for bytes in [&[][..], &[99], &[from_worker::FAILED, 9], &[from_worker::CHUNK, 0]] {
        assert!(FromWorker::read(bytes).is_none(), "{bytes:?}");
    }
}
