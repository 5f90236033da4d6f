//! Every message between a page and its worker, written and read side by side.
//!
//! A message is a tag and its fields, little-endian ([`crate::bytes`]). Both ends are the same build,
//! so there is no version; a message that makes no sense is read as `None`. JavaScript objects travel
//! beside the bytes: the variants that have one say so.

use std::rc::Rc;

use super::job_codec::{
    put_job, put_settings, put_sign_in, read_job, read_relay, read_settings, read_sign_in,
};
use super::stored_run_codec::{put_stored_run, read_stored_run};
use super::{
    ArchiveError, ArchiveErrorKind, ArchivePlace, ArchiveSummary, IS_INTERACTIVE, Job, Retry, StoredRun,
};
use crate::bytes::{ByteReader, PutBytes};
use crate::plan::{EntryName, ItemId, Relay};
use crate::run::Command;

/// The bytes that a usual item takes.
const USUAL_ITEM: usize = 100;

/// What a page says to its worker.
#[derive(Clone, Debug)]
pub enum ToWorker {
    /// Run this job. The first message on a run's port.
    Start {
        /// The job.
        job: Rc<Job>,
        /// Whether the archive goes to a sink, which the page has.
        into_sink: bool,
        /// What is to be carried out before anything is requested.
        commands: Vec<Command>,
    },
    /// Carry out a command.
    Command(Command),
    /// The archive that images are taken over from is beside the message.
    ReusedArchive,
    /// Whether the image of an item is kept, which the caller decides.
    Verdict {
        /// The item.
        item: ItemId,
        /// Whether its image goes into the archive.
        is_kept: bool,
    },
    /// The long `data:` URL of this index is beside the message; `undefined` if there is none.
    LongAddress(u64),
    /// Further items of the job, as [`put_plan_items`](super::put_plan_items) appends them.
    Arrived(Vec<u8>),
    /// What the next request of an item carries, or the data of an entry of the caller's own, is beside the message.
    Supplied(ItemId),
    /// The sink has taken the first of the chunks that the page was given.
    ChunkWritten,
    /// End the run, and keep nothing of it.
    Cancel,
    /// The archive is going to be saved under this name: make it one file if it is not, and keep that.
    HandOver(String),
    /// Make another archive of these items. It is served as a run of its own through the port that is beside
    /// the message, and begins with [`FromWorker::Archive`] or [`FromWorker::Failed`].
    Select(Vec<ItemId>),
    /// Release the run's images: the page needs them no more, and closes the port.
    Release,
    /// What only an interactive page asks for.
    Interaction(Interaction),
}

/// What an interactive page asks for ([`IS_INTERACTIVE`]).
#[derive(Clone, Debug, PartialEq)]
pub enum Interaction {
    /// Fetch some items once more, into the same archive.
    Retry(Box<Retry>),
    /// Read the archive back.
    Verify,
    /// Return an image: decoded, with no side longer than this, in pixels; with 0, its bytes.
    Preview(ItemId, u32),
    /// List the runs whose page is gone. The first message on a port of its own.
    ListRuns,
    /// Remove what is stored of the run of this name. The first message on a port of its own.
    Discard(String),
    /// The archive of a run whose page is gone is going to be saved. The first message on a port of its own.
    HandOverRun {
        /// The run's name.
        name: String,
        /// The name of the file that the browser saves.
        file_name: String,
    },
}

/// What a worker says to its page.
#[derive(Clone, Debug)]
pub enum FromWorker {
    /// Events, as an [`EventWriter`](crate::run::EventWriter) returns them.
    Events(Vec<u8>),
    /// The long `data:` URL of this index is needed.
    LongAddress(u64),
    /// What the next request of an item carries is needed, or the data of an entry of the caller's own.
    Ask {
        /// The item.
        item: ItemId,
        /// The address that is going to be asked; empty for an entry of the caller's own.
        href: String,
    },
    /// The next chunk for the sink, which is beside the message.
    Chunk,
    /// The sink is to be closed.
    SinkEnd,
    /// The image that was asked for with these values, which is beside the message; `null` if there is none.
    Preview(ItemId, u32),
    /// The archive is complete. Its Blob is beside the message; `null` if there is none.
    Archive(ArchiveSummary),
    /// The archive was read back, and is good.
    Verified,
    /// There is no archive.
    Failed(ArchiveError),
    /// The archive that was asked for is beside the message; `null` if it is gone. Whether it is a file,
    /// which nothing done later ends the saving of.
    HandedOver(bool),
    /// The runs whose page is gone.
    Runs(Vec<StoredRun>),
}

mod to_worker {
    pub const START: u8 = 0;
    pub const CHUNK_WRITTEN: u8 = 1;
    pub const CANCEL: u8 = 2;
    pub const RELEASE: u8 = 3;
    pub const COMMAND: u8 = 4;
    pub const RETRY: u8 = 5;
    pub const VERIFY: u8 = 6;
    pub const PREVIEW: u8 = 7;
    pub const LIST_RUNS: u8 = 8;
    pub const DISCARD: u8 = 9;
    pub const HAND_OVER_RUN: u8 = 10;
    pub const HAND_OVER: u8 = 11;
    pub const VERDICT: u8 = 12;
    pub const REUSED_ARCHIVE: u8 = 13;
    pub const SELECT: u8 = 14;
    pub const LONG_ADDRESS: u8 = 15;
    pub const SUPPLIED: u8 = 16;
    pub const ARRIVED: u8 = 17;
}

mod command {
    pub const PAUSE: u8 = 0;
    pub const RESUME: u8 = 1;
    pub const STOP: u8 = 2;
    pub const SKIP: u8 = 3;
    pub const RESTART: u8 = 4;
    pub const TAKE_ARRIVED: u8 = 5;
}

impl ToWorker {
    /// The message as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        use to_worker as tag;
        let mut out = Vec::new();
        match self {
            Self::Start { job, into_sink, commands } => {
                out.reserve(job.plan.len() * USUAL_ITEM);
                out.put_u8(tag::START);
                out.put_u8(u8::from(*into_sink));
                out.put_u32(commands.len() as u32);
                commands.iter().for_each(|command| put_command(&mut out, *command));
                put_job(&mut out, job);
            }
            Self::Command(command) => {
                out.put_u8(tag::COMMAND);
                put_command(&mut out, *command);
            }
            Self::ReusedArchive => out.put_u8(tag::REUSED_ARCHIVE),
            Self::Verdict { item, is_kept } => {
                out.extend([tag::VERDICT, u8::from(*is_kept)]);
                out.put_u64(*item as u64);
            }
            Self::LongAddress(index) => {
                out.put_u8(tag::LONG_ADDRESS);
                out.put_u64(*index);
            }
            Self::Arrived(items) => {
                out.put_u8(tag::ARRIVED);
                out.extend_from_slice(items);
            }
            Self::Supplied(item) => {
                out.put_u8(tag::SUPPLIED);
                out.put_u64(*item as u64);
            }
            Self::ChunkWritten => out.put_u8(tag::CHUNK_WRITTEN),
            Self::Cancel => out.put_u8(tag::CANCEL),
            Self::HandOver(file_name) => {
                out.put_u8(tag::HAND_OVER);
                out.put_text(Some(file_name));
            }
            Self::Select(items) => {
                out.put_u8(tag::SELECT);
                put_items(&mut out, items);
            }
            Self::Release => out.put_u8(tag::RELEASE),
            Self::Interaction(interaction) if IS_INTERACTIVE => put_interaction(&mut out, interaction),
            Self::Interaction(_) => {}
        }
        out
    }

    /// Reads a message; `None` for bytes that are not a message.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        use to_worker as tag;
        let mut reader = ByteReader(bytes);
        let message = match reader.u8()? {
            tag::START => {
                let into_sink = reader.bool()?;
                let mut commands = Vec::new();
                for _ in 0..reader.u32()? {
                    commands.push(read_command(&mut reader)?);
                }
                Self::Start { job: Rc::new(read_job(&mut reader)?), into_sink, commands }
            }
            tag::COMMAND => Self::Command(read_command(&mut reader)?),
            tag::REUSED_ARCHIVE => Self::ReusedArchive,
            tag::VERDICT => {
                let is_kept = reader.bool()?;
                Self::Verdict { item: reader.usize()?, is_kept }
            }
            tag::LONG_ADDRESS => Self::LongAddress(reader.u64()?),
            tag::ARRIVED => Self::Arrived(reader.rest().to_vec()),
            tag::SUPPLIED => Self::Supplied(reader.usize()?),
            tag::CHUNK_WRITTEN => Self::ChunkWritten,
            tag::CANCEL => Self::Cancel,
            tag::HAND_OVER => Self::HandOver(reader.text()??),
            tag::SELECT => Self::Select(read_items(&mut reader)?),
            tag::RELEASE => Self::Release,
            tag if IS_INTERACTIVE => Self::Interaction(read_interaction(tag, &mut reader)?),
            _ => return None,
        };
        reader.is_empty().then_some(message)
    }
}

fn put_command(out: &mut Vec<u8>, command: Command) {
    let (kind, item) = match command {
        Command::Pause => (command::PAUSE, 0),
        Command::Resume => (command::RESUME, 0),
        Command::Stop => (command::STOP, 0),
        Command::Skip(item) => (command::SKIP, item),
        Command::Restart(item) => (command::RESTART, item),
        Command::TakeArrived => (command::TAKE_ARRIVED, 0),
    };
    out.put_u8(kind);
    out.put_u64(item as u64);
}

fn read_command(reader: &mut ByteReader<'_>) -> Option<Command> {
    let (kind, item) = (reader.u8()?, reader.usize()?);
    Some(match kind {
        command::PAUSE => Command::Pause,
        command::RESUME => Command::Resume,
        command::STOP => Command::Stop,
        command::SKIP => Command::Skip(item),
        command::RESTART => Command::Restart(item),
        command::TAKE_ARRIVED => Command::TakeArrived,
        _ => return None,
    })
}

fn put_interaction(out: &mut Vec<u8>, interaction: &Interaction) {
    use to_worker as tag;
    match interaction {
        Interaction::Retry(retry) => {
            let Retry { items, settings, relay, sign_in, started } = &**retry;
            out.put_u8(tag::RETRY);
            put_settings(out, settings);
            out.put_text(relay.as_ref().map(Relay::href));
            put_sign_in(out, sign_in);
            out.put_f64(*started);
            put_items(out, items);
        }
        Interaction::Verify => out.put_u8(tag::VERIFY),
        Interaction::Preview(item, edge) => {
            out.put_u8(tag::PREVIEW);
            out.put_u64(*item as u64);
            out.put_u32(*edge);
        }
        Interaction::ListRuns => out.put_u8(tag::LIST_RUNS),
        Interaction::HandOverRun { name, file_name } => {
            out.put_u8(tag::HAND_OVER_RUN);
            out.put_text(Some(name));
            out.put_text(Some(file_name));
        }
        Interaction::Discard(name) => {
            out.put_u8(tag::DISCARD);
            out.put_text(Some(name));
        }
    }
}

fn read_interaction(tag: u8, reader: &mut ByteReader<'_>) -> Option<Interaction> {
    Some(match tag {
        to_worker::RETRY => {
            let (settings, relay) = (read_settings(reader)?, read_relay(reader)?);
            let (sign_in, started) = (read_sign_in(reader)?, reader.f64()?);
            let items = read_items(reader)?;
            Interaction::Retry(Box::new(Retry { items, settings, relay, sign_in, started }))
        }
        to_worker::VERIFY => Interaction::Verify,
        to_worker::PREVIEW => Interaction::Preview(reader.usize()?, reader.u32()?),
        to_worker::LIST_RUNS => Interaction::ListRuns,
        to_worker::HAND_OVER_RUN => {
            Interaction::HandOverRun { name: reader.text()??, file_name: reader.text()?? }
        }
        to_worker::DISCARD => Interaction::Discard(reader.text()??),
        _ => return None,
    })
}

/// Appends items, which end the message.
fn put_items(out: &mut Vec<u8>, items: &[ItemId]) {
    items.iter().for_each(|item| out.put_u64(*item as u64));
}

fn read_items(reader: &mut ByteReader<'_>) -> Option<Vec<ItemId>> {
    let mut items = Vec::new();
    while !reader.is_empty() {
        items.push(reader.usize()?);
    }
    Some(items)
}

mod from_worker {
    pub const EVENTS: u8 = 0;
    pub const CHUNK: u8 = 1;
    pub const SINK_END: u8 = 2;
    pub const PREVIEW: u8 = 3;
    pub const ARCHIVE: u8 = 4;
    pub const VERIFIED: u8 = 5;
    pub const FAILED: u8 = 6;
    pub const RUNS: u8 = 7;
    pub const HANDED_OVER: u8 = 8;
    pub const LONG_ADDRESS: u8 = 9;
    pub const ASK: u8 = 10;
}

impl FromWorker {
    /// The message as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        use from_worker as tag;
        let mut out = Vec::new();
        match self {
            Self::Events(events) => {
                out.reserve_exact(1 + events.len());
                out.put_u8(tag::EVENTS);
                out.extend_from_slice(events);
            }
            Self::Chunk => out.put_u8(tag::CHUNK),
            Self::SinkEnd => out.put_u8(tag::SINK_END),
            Self::LongAddress(index) => {
                out.put_u8(tag::LONG_ADDRESS);
                out.put_u64(*index);
            }
            Self::Ask { item, href } => {
                out.put_u8(tag::ASK);
                out.put_u64(*item as u64);
                out.put_text(Some(href));
            }
            Self::Preview(item, edge) => {
                out.put_u8(tag::PREVIEW);
                out.put_u64(*item as u64);
                out.put_u32(*edge);
            }
            Self::Archive(ArchiveSummary { names, size, place, protocols, spool }) => {
                out.put_u8(tag::ARCHIVE);
                out.put_u64(*size);
                out.put_u8(*place as u8);
                out.put_text(spool.as_deref());
                out.put_u32(protocols.len() as u32);
                protocols.iter().for_each(|protocol| out.put_text(Some(protocol)));
                for name in names {
                    out.put_text(name.as_ref().map(|name| name.as_str()));
                }
            }
            Self::Verified => out.put_u8(tag::VERIFIED),
            Self::Failed(ArchiveError { kind, reason }) => {
                out.extend([tag::FAILED, *kind as u8]);
                out.put_text(Some(reason));
            }
            Self::HandedOver(is_file) => out.extend([tag::HANDED_OVER, u8::from(*is_file)]),
            Self::Runs(runs) if IS_INTERACTIVE => {
                out.put_u8(tag::RUNS);
                runs.iter().for_each(|run| put_stored_run(&mut out, run));
            }
            Self::Runs(_) => {}
        }
        out
    }

    /// Reads a message; `None` for bytes that are not a message.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        use from_worker as tag;
        let mut reader = ByteReader(bytes);
        let message = match reader.u8()? {
            tag::EVENTS => Self::Events(reader.rest().to_vec()),
            tag::LONG_ADDRESS => Self::LongAddress(reader.u64()?),
            tag::ASK => Self::Ask { item: reader.usize()?, href: reader.text()?? },
            tag::CHUNK => Self::Chunk,
            tag::SINK_END => Self::SinkEnd,
            tag::PREVIEW if IS_INTERACTIVE => Self::Preview(reader.usize()?, reader.u32()?),
            tag::ARCHIVE => {
                let size = reader.u64()?;
                let place = *ArchivePlace::ALL.get(usize::from(reader.u8()?))?;
                let spool = reader.text()?;
                let mut protocols = Vec::new();
                for _ in 0..reader.u32()? {
                    protocols.push(reader.text()??);
                }
                let mut names = Vec::new();
                while !reader.is_empty() {
                    names.push(reader.text()?.map(EntryName::trusted));
                }
                Self::Archive(ArchiveSummary { names, size, place, protocols, spool })
            }
            tag::VERIFIED if IS_INTERACTIVE => Self::Verified,
            tag::FAILED => {
                let kind = *ArchiveErrorKind::ALL.get(usize::from(reader.u8()?))?;
                Self::Failed(kind.because(reader.text()??))
            }
            tag::HANDED_OVER => Self::HandedOver(reader.bool()?),
            tag::RUNS if IS_INTERACTIVE => {
                let mut runs = Vec::new();
                while !reader.is_empty() {
                    runs.push(read_stored_run(&mut reader)?);
                }
                Self::Runs(runs)
            }
            _ => return None,
        };
        reader.is_empty().then_some(message)
    }
}

#[cfg(test)]
mod tests;
