use super::*;
use crate::image::{Dimensions, FileType, Format};
use crate::plan::tests::plan_of;

const QUOTA: Quota = Quota { requests: 20, window: Duration::from_secs(60) };

fn event(at: u64, item: ItemId, kind: EventKind) -> Event {
    Event { at: Duration::from_millis(at), item, kind }
}

fn encoded(events: &[Event]) -> Vec<u8> {
    let mut writer = EventWriter::default();
    events.iter().for_each(|event| writer.push(event));
    writer.take()
}

fn every_error(plan: &Plan) -> Vec<FetchError> {
    let mut errors = vec![
        FetchError::Address(plan.items()[1].address.clone().unwrap_err()),
        FetchError::http(503),
        FetchError::Http { status: 429, retry_after: Some(Duration::from_secs(7)) },
        FetchError::HostRefuses { status: 503 },
        FetchError::Truncated { received: 9 },
        FetchError::TooLarge { limit: 1 << 40 },
        FetchError::OverTotal { limit: 1 << 41 },
        FetchError::Stopped,
        FetchError::Skipped,
        FetchError::Restarted,
        FetchError::Network,
        FetchError::Cors,
        FetchError::Unreachable,
        FetchError::MixedContent,
        FetchError::Offline,
        FetchError::Interrupted { received: 1 << 40 },
        FetchError::Timeout { after: Duration::from_millis(1500) },
        FetchError::TooSlow { after: Duration::from_secs(60), received: 1 << 33, bytes_per_second: 7 },
        FetchError::Empty,
        FetchError::Storage { reason: "disk – 100 % full".into() },
        FetchError::Request { reason: "blocked".into() },
        FetchError::Options { reason: "no token".into() },
        FetchError::Data { reason: "the stream broke".into() },
    ];
    errors.extend(NotAnImage::ALL.map(FetchError::NotAnImage));
    errors
}

#[test]
fn every_kind_of_event_is_decoded_as_it_was_encoded() {
    let plan = plan_of(["https://a.example/", "nonsense"]);
    let mut events = vec![
        event(0, 0, EventKind::Queued),
        event(1, 1, EventKind::Started { attempt: 3 }),
        event(2, 0, EventKind::Headers { declared: None }),
        event(2, 0, EventKind::Headers { declared: Some(0) }),
        event(3, 1, EventKind::Received { bytes: 1 << 40 }),
        event(3, 1, EventKind::Sent { sent: Duration::from_millis(2), is_multiplexed: true }),
        event(3, 1, EventKind::Slow { bytes_per_second: 999 }),
        event(3, 1, EventKind::CoolingDown { until: Duration::from_secs(9), quota: None }),
        event(3, 1, EventKind::CoolingDown { until: Duration::from_secs(9), quota: Some(QUOTA) }),
    ];
    for format in Format::ALL {
        for is_cut_short in [false, true] {
            let facts = ImageFacts { is_cut_short, ..ImageFacts::new(7, u32::MAX, format) };
            events.push(event(4, 0, EventKind::Stored(facts)));
        }
    }
    let file = FileType::Other("application/pdf".into());
    events.push(event(4, 1, EventKind::Stored(ImageFacts::new(0, 0, file))));
    let all_known = ImageFacts {
        dimensions: Some(Dimensions { width: 3, height: 4 }),
        modified: Some(-5),
        final_url: Some("https://b.example/1.jpg".into()),
        file_name: Some("eins.jpg".into()),
        sha256: Some(Box::new([7; 32])),
        ..ImageFacts::new(7, 8, Format::Gif)
    };
    events.push(event(4, 1, EventKind::Stored(all_known)));
    let repeated = [LeftOut::RepeatedAddress(1), LeftOut::RepeatedImage(0)];
    for reason in repeated.into_iter().chain([LeftOut::Filter, LeftOut::NotSelected]) {
        events.push(event(4, 1, EventKind::LeftOut { reason }));
    }
    for error in every_error(&plan) {
        let resumes = Duration::from_nanos(987_654_321);
        events.push(event(5, 1, EventKind::Retrying { error: error.clone(), resumes }));
        events.push(event(6, 1, EventKind::Failed { error }));
    }
    let bytes = encoded(&events);
    assert_eq!(read_events(&bytes, &plan).collect::<Vec<_>>(), events);
    assert_eq!(latest_time(&bytes), Duration::from_millis(6));
}

#[test]
fn the_latest_time_is_known_without_a_plan() {
    assert_eq!(latest_time(&[]), Duration::ZERO);
    let failed = EventKind::Failed { error: FetchError::Network };
    let bytes = encoded(&[event(7, 1, failed), event(5, 99, EventKind::Queued)]);
    assert_eq!(latest_time(&bytes), Duration::from_millis(7));
    assert_eq!(latest_time(&bytes[..bytes.len() - 1]), Duration::from_millis(7));
}

#[test]
fn the_bytes_of_events() {
    let busy = FetchError::Http { status: 429, retry_after: Some(Duration::from_secs(7)) };
    let full = FetchError::Storage { reason: "full".into() };
    let facts = ImageFacts { is_cut_short: true, ..ImageFacts::new(7, 0x0102_0304, Format::Jpeg) };
    let stored = EventKind::Stored(facts);
    let bytes = encoded(&[
        event(1, 2, EventKind::Started { attempt: 3 }),
        event(1, 2, EventKind::Received { bytes: 7 }),
        event(1, 2, EventKind::Retrying { error: busy, resumes: Duration::from_nanos(5) }),
        event(1, 2, stored),
        event(1, 2, EventKind::Failed { error: full }),
    ]);
    let header = b"\x02\0\0\0\0\0\0\0\x40\x42\x0F\0\0\0\0\0";
    let record = |tag: u8, fields: &[u8]| [&[tag][..], header, fields].concat();
    let expected = [
        record(1, b"\x03\0\0\0\0\0\0\0"),
        record(3, b"\x07\0\0\0\0\0\0\0"),
        record(4, b"\x05\0\0\0\0\0\0\0\x01\xAD\x01\0\0\0\0\0\0\0\x86\x3B\xA1\x01\0\0\0"),
        record(
            5,
            &[&b"\x07\0\0\0\0\0\0\0\x04\x03\x02\x01"[..], &[Format::Jpeg as u8, 1, 0, 0, 0], &[0xFF; 8]]
                .concat(),
        ),
        record(6, b"\x07\x04\0\0\0\0\0\0\0full"),
    ];
    assert_eq!(bytes, expected.concat());
}

#[test]
fn only_the_latest_progress_of_an_item_is_encoded_and_times_never_decrease() {
    let plan = plan_of(["https://a.example/1", "https://a.example/2"]);
    let received = |at, item, bytes| event(at, item, EventKind::Received { bytes });
    let queued = event(5, 1, EventKind::Queued);
    let bytes = encoded(&[
        received(1, 0, 10),
        received(2, 1, 5),
        received(3, 0, 20),
        queued.clone(),
        received(6, 0, 30),
    ]);
    let expected = [received(2, 1, 5), received(3, 0, 20), queued, received(6, 0, 30)];
    assert_eq!(read_events(&bytes, &plan).collect::<Vec<_>>(), expected);
}

#[test]
fn events_that_were_taken_out_are_not_encoded_again() {
    let mut writer = EventWriter::default();
    assert!(writer.is_empty());
    writer.push(&event(1, 0, EventKind::Received { bytes: 1 }));
    assert!(!writer.is_empty());
    assert!(!writer.take().is_empty());
    assert!(writer.is_empty() && writer.take().is_empty());
}

#[test]
fn reading_stops_at_the_first_event_that_cannot_be_decoded() {
    let plan = plan_of(["https://a.example/"]);
    let good = event(1, 0, EventKind::Started { attempt: 1 });
    let bytes = encoded(&[good.clone(), event(2, 0, EventKind::Failed { error: FetchError::Empty })]);
    for end in 0..bytes.len() {
        assert!(read_events(&bytes[..end], &plan).all(|event| event == good), "{end}");
    }
    assert_eq!(read_events(&[99; 40], &plan).count(), 0);
    assert_eq!(read_events(&bytes, &plan_of([])).count(), 0);
}
