use std::io::ErrorKind::ConnectionReset;
use std::io::Read;

use crate::client::{Connection, get, raw, server};

/// The part of an answer behind its head.
fn body(answer: &[u8]) -> &[u8] {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    &answer[end + 4..]
}

fn head(answer: &[u8]) -> &str {
    std::str::from_utf8(&answer[..answer.len() - body(answer).len()]).unwrap()
}

#[test]
fn a_reset_is_a_reset_and_a_close_is_none() {
    let server = server();
    let address = server.addresses().origin;
    assert_eq!(raw(address, "/fault/reset"), (Vec::new(), Some(ConnectionReset)));
    assert_eq!(raw(address, "/fault/close"), (Vec::new(), None));
    let (bytes, end) = raw(address, "/fault/close-mid?after=777");
    assert_eq!((body(&bytes).len(), end), (777, None));
    let (bytes, end) = raw(address, "/fault/close-head");
    assert!(bytes.starts_with(b"HTTP/1.1 200 OK\r\n") && !bytes.ends_with(b"\r\n\r\n") && end.is_none());
}

#[test]
fn a_reset_in_the_body_comes_after_the_bytes_before_it() {
    let server = server();
    let address = server.addresses().origin;
    // Read up to the gate first: a reset may overtake bytes that nobody has read.
    let mut connection = Connection::open(address);
    connection.send("/fault/reset-mid?after=600&gate=g&gate-at=600");
    connection.head();
    connection.bytes(600);
    get(address, "/control/open?gate=g");
    assert_eq!(connection.end(), (Vec::new(), Some(ConnectionReset)));
}

#[test]
fn lengths_lie_in_both_directions() {
    let server = server();
    let address = server.addresses().origin;
    let (short, _) = raw(address, "/fault/short?bytes=5000");
    assert!(head(&short).contains("content-length: 6000\r\n"));
    assert_eq!(body(&short).len(), 5_000);
    let (long, _) = raw(address, "/fault/long?bytes=5000");
    assert!(head(&long).contains("content-length: 4000\r\n"));
    assert_eq!(body(&long).len(), 5_000);
    let (declared, _) = raw(address, "/image/1/5000b.jpg?length=7");
    assert!(head(&declared).contains("content-length: 7\r\n"));
}

#[test]
fn truncations_tell_nothing_and_lack_the_files_end() {
    let server = server();
    for name in ["truncated-close", "truncated-chunked", "truncated-file", "no-end-marker"] {
        let (bytes, end) = raw(server.addresses().origin, &format!("/fault/{name}?bytes=6000"));
        assert!(end.is_none() && bytes.starts_with(b"HTTP/1.1 200 OK\r\n"), "{name}");
        assert!(!bytes.ends_with(&[0xFF, 0xD9]), "{name}");
    }
    let (bytes, _) = raw(server.addresses().origin, "/fault/truncated-close?bytes=6000");
    assert_eq!(body(&bytes).len(), 3_000);
    assert!(!head(&bytes).contains("content-length"));
}

#[test]
fn a_gzipped_file_unpacks_to_the_file_and_half_of_it_does_not() {
    let server = server();
    let unpack = |name: &str| {
        let (bytes, _) = raw(server.addresses().origin, &format!("/fault/{name}?bytes=4000"));
        assert!(head(&bytes).contains("content-encoding: gzip\r\n"));
        let mut unpacked = Vec::new();
        let end = flate2::read::GzDecoder::new(body(&bytes)).read_to_end(&mut unpacked);
        (unpacked.len(), end.is_ok())
    };
    assert_eq!(unpack("gzip"), (4_000, true));
    assert_eq!(unpack("gzip-bomb"), (4_000 + (64 << 20), true));
    assert!(!unpack("truncated-gzip").1);
    assert!(!unpack("not-gzip").1);
}

#[test]
fn malformed_answers_are_sent_as_they_are() {
    let server = server();
    for (name, expected) in [
        ("garbage-head", &b"\x16\x03HELLO THERE\r\n"[..]),
        ("no-head", &[0xFF, 0xD8, 0xFF]),
        ("bad-version", b"HTTP/7.3 200 OK\r\n"),
        ("bad-status", b"HTTP/1.1 99999 Odd\r\n"),
        ("no-status", b"HTTP/1.1\r\n"),
        ("early-hints", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"),
        ("switch", b"HTTP/1.1 101 Switching Protocols\r\n"),
    ] {
        let (bytes, end) = raw(server.addresses().origin, &format!("/fault/{name}"));
        assert!(bytes.starts_with(expected) && end.is_none(), "{name}");
    }
    let (bytes, _) = raw(server.addresses().origin, "/fault/bad-chunk");
    assert!(bytes.ends_with(b"\xFF\xD9\r\nnonsense\r\n"));
    let (bytes, _) = raw(server.addresses().origin, "/fault/two-lengths");
    assert!(head(&bytes).contains("content-length: 5\r\ncontent-length: 20000\r\n"));
    let (bytes, _) = raw(server.addresses().origin, "/fault/nul-header");
    assert!(head(&bytes).contains("x-nul: a\0b\r\n"));
}

#[test]
fn every_fault_in_the_list_answers_or_is_silent_as_it_says() {
    let server = server();
    let mut tested = 0;
    for fault in origin::faults::FAULTS {
        let key = fault.name;
        if key.starts_with("stall") || key == "trickle" {
            continue;
        }
        let (bytes, _) = raw(server.addresses().origin, &format!("/fault/{key}?bytes=4000&key={key}"));
        let silent = ["reset", "reset-head", "close"].contains(&key);
        assert!(silent || !bytes.is_empty(), "{key}");
        get(server.addresses().origin, &format!("/control/wait?key={key}&inFlight=0"));
        tested += 1;
    }
    assert!(tested >= 50, "only {tested} faults");
}

#[test]
fn statuses_and_redirects_are_what_they_say() {
    let server = server();
    for (path, status) in [
        ("status/503", 503),
        ("status/nonsense", 400),
        ("no-content", 204),
        ("not-modified", 304),
        ("partial", 206),
        ("too-many", 429),
        ("nothing-of-the-kind", 404),
    ] {
        assert_eq!(get(server.addresses().origin, &format!("/fault/{path}")).status, status, "{path}");
    }
    for (path, location) in [
        ("redirect?to=%2Fhealth", Some("/health")),
        ("redirect-loop?a=b", Some("/fault/redirect-loop?a=b")),
        ("redirect-chain/2?key=k", Some("/fault/redirect-chain/1?key=k")),
        ("redirect-nowhere", None),
    ] {
        let response = get(server.addresses().origin, &format!("/fault/{path}"));
        assert_eq!((response.status, response.header("location")), (302, location), "{path}");
    }
    assert_eq!(get(server.addresses().origin, "/fault/redirect-chain/0").status, 200);
}
