use crate::client::{Connection, get, raw, server};

#[test]
fn a_connection_carries_one_answer_after_another() {
    let server = server();
    let mut connection = Connection::open(server.addresses().origin);
    let first = connection.get("/image/1/20x10.png?key=k").body;
    assert_eq!(connection.get("/image/1/20x10.png?key=k").body, first);
    // Two at once, before either is answered.
    connection.send("/bytes?hex=01&key=k");
    connection.send("/bytes?hex=02&key=k");
    assert_eq!((connection.receive().body, connection.receive().body), (vec![1], vec![2]));
    let counters = get(server.addresses().origin, "/control/counters?key=k");
    assert!(counters.text().contains("\"requests\":4"), "{}", counters.text());
    assert!(counters.text().contains("\"connections\":1"), "{}", counters.text());
}

#[test]
fn parameters_shape_the_head() {
    let server = server();
    let plain = get(server.addresses().origin, "/bytes?hex=00");
    assert_eq!(plain.header("access-control-allow-origin"), Some("*"));
    assert_eq!(plain.header("timing-allow-origin"), Some("*"));
    assert_eq!(plain.header("cache-control"), Some("no-store"));
    let shaped = get(
        server.addresses().origin,
        "/bytes?hex=00&cors=off&tao=off&cache=max-age%3D60&status=418&type=image/x&modified=784111777\
         &retry-after=7&name=a%20b.jpg&expose=Retry-After",
    );
    assert_eq!(shaped.status, 418);
    for (name, value) in [
        ("access-control-allow-origin", None),
        ("timing-allow-origin", None),
        ("cache-control", Some("max-age=60")),
        ("content-type", Some("image/x")),
        ("last-modified", Some("Sun, 06 Nov 1994 08:49:37 GMT")),
        ("retry-after", Some("7")),
        ("content-disposition", Some("attachment; filename=\"a b.jpg\"; filename*=UTF-8''a%20b.jpg")),
        ("access-control-expose-headers", Some("Retry-After")),
    ] {
        assert_eq!(shaped.header(name), value, "{name}");
    }
}

#[test]
fn a_parameter_that_says_nothing_is_refused_in_words() {
    let server = server();
    for target in ["/bytes?latency=soon", "/bytes?cors=maybe", "/bytes?fail=2", "/bytes?nolength=1"] {
        assert_eq!(get(server.addresses().origin, target).status, 400, "{target}");
    }
}

#[test]
fn a_body_without_length_is_chunked_or_ends_with_the_connection() {
    let server = server();
    let (bytes, end) = raw(server.addresses().origin, "/bytes?hex=6162636465&nolength=close");
    assert!(end.is_none() && bytes.ends_with(b"connection: close\r\n\r\nabcde"));
    let mut connection = Connection::open(server.addresses().origin);
    connection.send("/bytes?hex=6162636465&nolength&chunk=2");
    let (_, headers) = connection.head();
    assert!(headers.contains(&("transfer-encoding".into(), "chunked".into())));
    let chunks = b"2\r\nab\r\n2\r\ncd\r\n1\r\ne\r\n0\r\n\r\n";
    assert_eq!(connection.bytes(chunks.len()), chunks);
}

#[test]
fn a_preflight_is_answered_unless_told_otherwise() {
    let server = server();
    for (cors, status) in [("on", 204), ("simple", 403), ("off", 403)] {
        let mut connection = Connection::open(server.addresses().origin);
        let headers = "access-control-request-headers: x-a, x-b\r\n";
        connection.send_with("OPTIONS", &format!("/image/1/20x10.jpg?cors={cors}"), headers);
        let response = connection.receive();
        assert_eq!(response.status, status);
        let allowed = response.header("access-control-allow-headers");
        assert_eq!(allowed, (cors == "on").then_some("x-a, x-b"));
    }
}

#[test]
fn head_has_the_length_and_no_body() {
    let server = server();
    let mut connection = Connection::open(server.addresses().origin);
    connection.send_with("HEAD", "/image/1/5000b.jpg", "");
    let (status, headers) = connection.head();
    assert_eq!(status, 200);
    assert!(headers.contains(&("content-length".into(), "5000".into())));
    assert_eq!(connection.get("/health").body, b"ok\n");
}

#[test]
fn a_gate_holds_the_head_or_the_rest_of_the_body() {
    let server = server();
    let address = server.addresses().origin;
    let mut held = Connection::open(address);
    held.send("/bytes?hex=0102&gate=head&key=held");
    get(address, "/control/wait?key=held&inFlight=1");
    get(address, "/control/open?gate=head");
    assert_eq!(held.receive().body, [1, 2]);

    held.send("/image/1/50000b.jpg?gate=body&gate-at=30000&key=body");
    held.head();
    held.bytes(30_000);
    let counters = get(address, "/control/wait?key=body&bytesSent=30000");
    assert!(counters.text().contains("\"bytesSent\":30000"), "{}", counters.text());
    get(address, "/control/open?gate=body");
    held.bytes(20_000);
}

#[test]
fn a_client_that_goes_is_noticed_wherever_the_answer_waits() {
    let server = server();
    let address = server.addresses().origin;
    for (key, target) in [
        ("latency", "/bytes?hex=00&latency=600000"),
        ("gate", "/bytes?hex=00&gate=never"),
        ("gate-at", "/image/1/50000b.jpg?gate=never&gate-at=9"),
        ("stall", "/fault/stall?"),
        ("stall-mid", "/fault/stall-mid?after=5"),
        ("rate", "/image/1/50000b.jpg?rate=1"),
        ("wait", "/image/1/90000000b.jpg?"),
    ] {
        let mut connection = Connection::open(address);
        connection.send(&format!("{target}&key={key}"));
        get(address, &format!("/control/wait?key={key}&inFlight=1"));
        drop(connection);
        let counters = get(address, &format!("/control/wait?key={key}&closedEarly=1&inFlight=0"));
        assert_eq!(counters.status, 200, "{key}");
        assert!(counters.text().contains("\"completed\":0"), "{key}: {}", counters.text());
    }
}

#[test]
fn what_is_not_a_request_is_answered_and_closed() {
    let server = server();
    let mut connection = Connection::open(server.addresses().origin);
    connection.write(b"\0\0nonsense\r\n\r\n");
    assert_eq!(connection.receive().status, 400);
    let mut connection = Connection::open(server.addresses().origin);
    connection.write(format!("GET / HTTP/1.1\r\nx: {}", "y".repeat(70_000)).as_bytes());
    assert_eq!(connection.receive().status, 431);
}

#[test]
fn a_large_body_arrives_whole() {
    let server = server();
    let address = server.addresses().origin;
    let body = get(address, "/image/9/30000001b.jpg?key=large").body;
    let crc = crc32fast::hash(&body);
    let digests = get(address, "/control/sha256?path=/image/9/30000001b.jpg");
    assert!(digests.text().contains(&format!("\"length\":30000001,\"crc32\":{crc},")), "{}", digests.text());
    get(address, "/control/wait?key=large&completed=1");
    let log = get(address, "/control/log?key=large");
    assert!(log.text().contains("\"bytes\":30000001,\"end\":\"complete\""), "{}", log.text());
}

#[test]
fn a_range_is_answered_with_what_follows_and_a_body_breaks_off_as_often_as_asked() {
    let server = server();
    let address = server.addresses().origin;
    let whole = get(address, "/image/1/20000b.jpg").body;
    let part = |parameters: &str, start: usize| {
        let mut connection = Connection::open(address);
        connection.send_with(
            "GET",
            &format!("/image/1/20000b.jpg?{parameters}"),
            &format!("range: bytes={start}-\r\n"),
        );
        connection.receive()
    };
    let rest = part("", 15_000);
    assert_eq!((rest.status, &rest.body[..]), (206, &whole[15_000..]));
    assert_eq!(rest.header("content-range"), Some("bytes 15000-19999/20000"));
    assert_eq!((part("range=off", 15_000).status, part("range=off", 15_000).body.len()), (200, 20_000));
    assert_eq!((part("", 20_000).status, part("range=refused", 5).status), (416, 416));
    let elsewhere = part("range=elsewhere", 15_000);
    assert_eq!((elsewhere.status, &elsewhere.body[..]), (206, &whole[..5_000]));
    assert_eq!(part("range=shorter", 15_000).body.len(), 4_999);
    assert_ne!(part("range=changed", 15_000).header("last-modified"), rest.header("last-modified"));

    let (bytes, _) = raw(address, "/image/1/20000b.jpg?break-every=8000");
    assert!(bytes.ends_with(&whole[..8_000]));
    assert_eq!(part("break-every=8000", 12_000).body.len(), 8_000);
}
