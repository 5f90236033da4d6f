//! What is stored of runs, as bytes.

use super::{FileOfOtherVersion, HandOver, InterruptedRun, StoredRun};
use crate::bytes::{ByteReader, PutBytes};

/// Appends what is stored of a run.
pub fn put_stored_run(out: &mut Vec<u8>, stored: &StoredRun) {
    let StoredRun { name, run, archive, handed_over, other_version } = stored;
    out.put_text(Some(name));
    out.put_u64(archive.unwrap_or_default());
    out.put_text(handed_over.as_ref().map(|hand_over| hand_over.file_name.as_str()));
    out.put_f64(handed_over.as_ref().map_or(0.0, |hand_over| hand_over.at));
    out.put_u8(match other_version {
        None => 0,
        Some(FileOfOtherVersion::Archive) => 1,
        Some(FileOfOtherVersion::Part) => 2,
    });
    out.put_u8(u8::from(run.is_some()));
    run.iter().for_each(|run| put_interrupted_run(out, run));
}

/// Reads what [`put_stored_run`] has appended.
pub fn read_stored_run(reader: &mut ByteReader<'_>) -> Option<StoredRun> {
    let (name, archive, file_name, at) = (reader.text()??, reader.u64()?, reader.text()?, reader.f64()?);
    Some(StoredRun {
        name,
        archive: Some(archive).filter(|size| *size > 0),
        handed_over: file_name.map(|file_name| HandOver { at, file_name }),
        other_version: match reader.u8()? {
            0 => None,
            1 => Some(FileOfOtherVersion::Archive),
            2 => Some(FileOfOtherVersion::Part),
            _ => return None,
        },
        run: if reader.bool()? { Some(read_interrupted_run(reader)?) } else { None },
    })
}

fn put_interrupted_run(out: &mut Vec<u8>, run: &InterruptedRun) {
    let InterruptedRun { source, options, started, elapsed, items, fingerprint, stored, bytes } = run;
    for text in [source, options] {
        out.put_text(Some(text));
    }
    out.put_f64(*started);
    out.put_duration(*elapsed);
    out.put_u32(*fingerprint);
    for number in [*items as u64, *stored as u64, *bytes] {
        out.put_u64(number);
    }
}

fn read_interrupted_run(reader: &mut ByteReader<'_>) -> Option<InterruptedRun> {
    Some(InterruptedRun {
        source: reader.text()??,
        options: reader.text()??,
        started: reader.f64()?,
        elapsed: reader.duration()?,
        fingerprint: reader.u32()?,
        items: reader.usize()?,
        stored: reader.usize()?,
        bytes: reader.u64()?,
    })
}
