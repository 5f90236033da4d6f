use crate::client::{Connection, get, raw, server};

#[test]
fn the_first_requests_of_a_group_fail_as_often_as_asked() {
    let server = server();
    let mut connection = Connection::open(server.addresses().origin);
    let target = "/bytes?hex=00&fail=2:503&key=f&retry-after=1";
    let statuses: Vec<u16> = (0..4).map(|_| connection.get(target).status).collect();
    assert_eq!(statuses, [503, 503, 200, 200]);
    connection.get("/control/reset?key=f");
    let failed = connection.get(target);
    assert_eq!((failed.status, failed.header("retry-after")), (503, Some("1")));
    // Without a key each URL is a group of its own.
    assert_eq!(connection.get("/bytes?hex=01&fail=1:500").status, 500);
    assert_eq!(connection.get("/bytes?hex=02&fail=1:500").status, 500);
    assert_eq!(connection.get("/bytes?hex=01&fail=1:500").status, 200);
}

#[test]
fn a_window_and_a_number_at_once_limit_the_requests_of_a_group() {
    let server = server();
    let address = server.addresses().origin;
    let in_window: Vec<u16> =
        (0..5).map(|_| get(address, "/bytes?hex=00&window=3:600000&key=w").status).collect();
    assert_eq!(in_window, [200, 200, 200, 429, 429]);
    // In windows of a millisecond, each request is the first one sooner or later.
    let short: Vec<u16> =
        (0..100).map(|_| get(address, "/bytes?hex=00&window=1:1&key=short").status).collect();
    assert!(short.iter().filter(|status| **status == 200).count() > 1, "{short:?}");

    for (how, refused) in [("503", Some(503)), ("reset", None)] {
        let target = format!("/bytes?hex=00&most=2:{how}&key={how}");
        let held = format!("{target}&gate={how}");
        let mut both = [Connection::open(address), Connection::open(address)];
        both.iter_mut().for_each(|connection| connection.send(&held));
        get(address, &format!("/control/wait?key={how}&inFlight=2"));
        match refused {
            Some(status) => assert_eq!(get(address, &target).status, status),
            None => assert!(raw(address, &target).0.is_empty()),
        }
        get(address, &format!("/control/open?gate={how}"));
        both.iter_mut().for_each(|connection| assert_eq!(connection.receive().status, 200));
        assert_eq!(get(address, &target).status, 200);
    }
    for target in ["/bytes?window=3", "/bytes?most=2", "/bytes?most=2:close", "/bytes?most=many:reset"] {
        assert_eq!(get(address, target).status, 400, "{target}");
    }
}

#[test]
fn counters_say_how_many_were_in_flight_at_once() {
    let server = server();
    let address = server.addresses().origin;
    let mut held: Vec<Connection> = (0..5).map(|_| Connection::open(address)).collect();
    for connection in &mut held {
        connection.send("/bytes?hex=00&gate=g&key=k");
    }
    get(address, "/control/wait?key=k&inFlight=5");
    get(server.addresses().cross, "/bytes?hex=00&key=other");
    get(address, "/control/open?gate=g");
    let counters = get(address, "/control/wait?key=k&completed=5&inFlight=0");
    assert_eq!(
        counters.text(),
        "{\"requests\":5,\"inFlight\":0,\"mostInFlight\":5,\"completed\":5,\"closedEarly\":0,\
         \"bytesSent\":5,\"connections\":5}"
    );
    let whole = get(address, "/control/wait?completed=6");
    assert!(
        whole.text().starts_with("{\"requests\":6,\"inFlight\":0,\"mostInFlight\":6,"),
        "{}",
        whole.text()
    );
}

#[test]
fn a_reset_forgets_all_but_what_is_in_flight() {
    let server = server();
    let address = server.addresses().origin;
    let mut held = Connection::open(address);
    held.send("/bytes?hex=00&gate=g&key=k");
    get(address, "/control/wait?key=k&inFlight=1");
    get(address, "/control/reset");
    let counters = get(address, "/control/counters?key=k");
    assert!(counters.text().starts_with("{\"requests\":0,\"inFlight\":1,\"mostInFlight\":1,"));
    get(address, "/control/open?gate=g");
    held.receive();
    let counters = get(address, "/control/wait?key=k&inFlight=0");
    assert!(counters.text().contains("\"completed\":1"), "{}", counters.text());
    assert_eq!(get(address, "/control/log").text(), "[]");
}

#[test]
fn the_log_tells_what_was_asked_and_when() {
    let server = server();
    let address = server.addresses().origin;
    let mut connection = Connection::open(address);
    connection.send_with("GET", "/bytes?hex=0000&key=l", "x-Odd: \"v\"\r\n");
    connection.receive();
    let log = get(address, "/control/wait?key=l&completed=1").status;
    assert_eq!(log, 200);
    let log = get(address, "/control/log?key=l");
    for part in [
        "[{\"id\":1,\"key\":\"l\",\"method\":\"GET\",\"path\":\"/bytes?hex=0000&key=l\",\"host\":\"test\"",
        "\"headers\":{\"host\":\"test\",\"x-odd\":\"\\\"v\\\"\"}",
        "\"protocol\":\"HTTP/1.1\"",
        "\"bytes\":2,\"end\":\"complete\"}]",
    ] {
        assert!(log.text().contains(part), "{part} is not in {}", log.text());
    }
    assert_eq!(log.header("access-control-allow-origin"), Some("*"));
}

#[test]
fn the_log_s_time_of_the_head_is_not_that_of_the_body() {
    let server = server();
    let address = server.addresses().origin;
    let mut connection = Connection::open(address);
    connection.send("/bytes?hex=00000000&gate=g&gate-at=2&key=l");
    connection.head();
    connection.bytes(2);
    get(address, "/control/wait?key=l&bytesSent=2");
    let head_time = || {
        let log = get(address, "/control/log?key=l");
        log.text().split("\"headersMs\":").nth(1).unwrap().split(',').next().unwrap().to_owned()
    };
    let before = head_time();
    assert_ne!(before, "null");
    get(address, "/control/open?gate=g");
    get(address, "/control/wait?key=l&completed=1");
    assert_eq!(head_time(), before);
}

#[test]
fn a_checksum_is_that_of_the_file_without_its_faults() {
    let server = server();
    let address = server.addresses().origin;
    let file = get(address, "/image/7/40x30.jpg").body;
    let digests =
        get(address, "/control/sha256?path=%2Fimage%2F7%2F40x30.jpg%3Flatency%3D600000%26status%3D500");
    let expected =
        format!("{{\"status\":200,\"length\":{},\"crc32\":{},", file.len(), crc32fast::hash(&file));
    assert!(digests.text().starts_with(&expected), "{}", digests.text());
}

#[test]
fn control_routes_say_what_is_wrong() {
    let server = server();
    for (target, status) in [
        ("/control/open", 400),
        ("/control/sha256", 400),
        ("/control/wait?requests=x", 400),
        ("/control/nothing", 404),
        ("/control/now", 200),
        ("/control/faults", 200),
        ("/health", 200),
    ] {
        assert_eq!(get(server.addresses().cross, target).status, status, "{target}");
    }
}

#[test]
fn an_image_may_need_a_cookie_a_token_or_a_signature() {
    let server = server();
    let address = server.addresses().origin;
    let status = |target: &str, header: &str| {
        let mut connection = Connection::open(address);
        connection.send_with("GET", target, header);
        connection.receive().status
    };
    let cookie = "/bytes?hex=00&cookie=session%3D1";
    assert_eq!(status(cookie, ""), 401);
    assert_eq!(status(cookie, "cookie: other=2; session=1\r\n"), 200);
    let token = "/bytes?hex=00&bearer=api";
    assert_eq!(status(token, "authorization: Bearer first\r\n"), 401);
    for value in ["first", "second"] {
        get(address, &format!("/control/token?token=api&value={value}"));
        assert_eq!(status(token, &format!("authorization: Bearer {value}\r\n")), 200);
    }
    assert_eq!(status(token, "authorization: Bearer first\r\n"), 401);
    let signed = get(address, "/control/sign?path=%2Fbytes%3Fhex%3D00&for=60000");
    let signed = signed.text().split('"').nth(3).unwrap().to_owned();
    assert_eq!(status(&signed, ""), 200);
    assert_eq!(status(&signed.replace("hex=00", "hex=01"), ""), 403);
    get(address, "/control/clock?forward=60001");
    assert_eq!(status(&signed, ""), 403);
}
