//! A body as a sequence of shared pieces. Clones share the bytes, so that a hundred requests for one
//! picture hold it once, and a file of 200 MB is a few kilobytes around shared padding.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

/// The bytes of an answer, shared and immutable.
#[derive(Clone, Debug)]
pub struct Body {
    parts: Arc<[Bytes]>,
    length: u64,
}

/// The length and checksums of a body, for tests that compare exact bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Digests {
    /// Length in bytes.
    pub length: u64,
    /// The CRC-32 of zip archives.
    pub crc32: u32,
    /// The SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

impl Body {
    /// No bytes at all.
    pub fn empty() -> Self {
        Self::from_parts(Vec::new())
    }

    /// These pieces, one after the other.
    pub fn from_parts(parts: Vec<Bytes>) -> Self {
        let parts: Vec<Bytes> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let length = parts.iter().map(|part| part.len() as u64).sum();
        Self { parts: parts.into(), length }
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// A copy of the bytes, for small bodies that are damaged or encoded.
    pub fn to_vec(&self) -> Vec<u8> {
        self.parts.iter().flat_map(|part| part.iter().copied()).collect()
    }

    /// The bytes of `range`, as far as they exist, without a copy.
    pub fn slice(&self, range: Range<u64>) -> Self {
        let mut start_of_part = 0;
        let mut parts = Vec::new();
        for part in self.parts.iter() {
            let end_of_part = start_of_part + part.len() as u64;
            let from = range.start.clamp(start_of_part, end_of_part);
            let to = range.end.clamp(start_of_part, end_of_part);
            if from < to {
                // Both lie within one part, whose length is a usize.
                parts.push(part.slice((from - start_of_part) as usize..(to - start_of_part) as usize));
            }
            start_of_part = end_of_part;
        }
        Self::from_parts(parts)
    }

    /// The pieces in order.
    pub fn parts(&self) -> &[Bytes] {
        &self.parts
    }

    /// Computes the checksums.
    pub fn digests(&self) -> Digests {
        let mut crc = crc32fast::Hasher::new();
        let mut sha = ring::digest::Context::new(&ring::digest::SHA256);
        for part in self.parts.iter() {
            crc.update(part);
            sha.update(part);
        }
        let sha256 = sha.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Digests { length: self.length, crc32: crc.finalize(), sha256 }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::from_parts(vec![bytes])
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_may_span_parts_and_exceed_the_end() {
        let body = Body::from_parts(vec![Bytes::from("abc"), Bytes::new(), Bytes::from("def")]);
        assert_eq!(body.len(), 6);
        assert_eq!(body.slice(1..5).to_vec(), b"bcde");
        assert_eq!(body.slice(4..99).to_vec(), b"ef");
        assert!(body.slice(9..12).is_empty());
    }

    #[test]
    fn digests_are_those_of_the_joined_bytes() {
        let body = Body::from_parts(vec![Bytes::from("1234"), Bytes::from("56789")]);
        let digests = body.digests();
        assert_eq!(digests.crc32, 0xCBF4_3926, "the check value of CRC-32");
        assert_eq!(digests.length, 9);
        assert!(digests.sha256.starts_with("15e2b0d3c33891eb"), "{}", digests.sha256);
    }
}
