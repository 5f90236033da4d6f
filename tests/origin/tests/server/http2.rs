use std::time::{Duration, Instant};

use h2::Reason;

use crate::client::{ask_h2, block_on, connect_h2, get, read_h2, server};

#[test]
fn answers_share_a_line_over_both_protocols() {
    let server = server();
    let began = Instant::now();
    block_on(async {
        let connection = connect_h2(&server).await;
        let path = "/image/1/20000b.jpg?line=200000";
        let answer = ask_h2(&connection, path).await;
        let body = tokio::task::spawn_blocking({
            let address = server.addresses().origin;
            move || get(address, path).body
        });
        let bodies = (read_h2(answer.unwrap()).await.unwrap(), body.await.unwrap());
        assert_eq!((bodies.0.len(), bodies.1.len()), (20_000, 20_000));
    });
    // No sooner than the line can carry both.
    assert!(began.elapsed() >= Duration::from_millis(200), "{:?}", began.elapsed());
}

#[test]
fn streams_of_one_connection_are_answered_at_once() {
    let server = server();
    block_on(async {
        let client = connect_h2(&server).await;
        let held = [1, 2, 3].map(|number| {
            let client = client.clone();
            tokio::spawn(async move {
                let target = format!("/image/{number}/30x20.png?gate=all&key=h2");
                read_h2(ask_h2(&client, &target).await.unwrap()).await.unwrap()
            })
        });
        let wait = ask_h2(&client, "/control/wait?key=h2&inFlight=3").await.unwrap();
        let counters = String::from_utf8(read_h2(wait).await.unwrap()).unwrap();
        assert!(counters.contains("\"mostInFlight\":3"), "{counters}");
        assert!(counters.contains("\"connections\":1"), "{counters}");
        ask_h2(&client, "/control/open?gate=all").await.unwrap();
        for stream in held {
            image::load_from_memory(&stream.await.unwrap()).unwrap();
        }
    });
    get(server.addresses().origin, "/control/wait?key=h2&completed=3");
    let log = get(server.addresses().origin, "/control/log?key=h2");
    assert_eq!(log.text().matches("\"protocol\":\"HTTP/2\"").count(), 3);
    assert_eq!(log.text().matches("\"end\":\"complete\"").count(), 3);
    assert!(log.text().contains("\"host\":\"picsum.photos\""));
}

#[test]
fn both_protocols_send_the_same_bytes() {
    let server = server();
    let path = "/image/3/2500000b.jpg";
    let over_h2 = block_on(async {
        let client = connect_h2(&server).await;
        read_h2(ask_h2(&client, path).await.unwrap()).await.unwrap()
    });
    assert_eq!(over_h2, get(server.addresses().origin, path).body);
}

#[test]
fn picsums_redirect_leads_to_its_other_host() {
    let server = server();
    block_on(async {
        let client = connect_h2(&server).await;
        let redirect = ask_h2(&client, "/200/300").await.unwrap();
        assert_eq!(redirect.status(), 302);
        let location = redirect.headers()["location"].to_str().unwrap();
        assert!(location.starts_with("https://fastly.picsum.photos/id/"), "{location}");
    });
}

#[test]
fn a_stream_that_the_client_resets_is_counted_at_once() {
    let server = server();
    let address = server.addresses().origin;
    block_on(async {
        let client = connect_h2(&server).await;
        for (key, target) in [
            ("head", "/bytes?hex=00&gate=never"),
            ("stall", "/fault/stall?"),
            ("slow", "/image/1/90000b.jpg?rate=1"),
        ] {
            let request =
                http::Request::get(format!("https://localhost{target}&key={key}")).body(()).unwrap();
            let (response, mut stream) =
                client.clone().ready().await.unwrap().send_request(request, true).unwrap();
            let arrived = ask_h2(&client, &format!("/control/wait?key={key}&inFlight=1")).await.unwrap();
            assert_eq!(arrived.status(), 200);
            stream.send_reset(Reason::CANCEL);
            drop(response);
            let wait = ask_h2(&client, &format!("/control/wait?key={key}&closedEarly=1&inFlight=0")).await;
            assert_eq!(wait.unwrap().status(), 200, "{key}");
            let log = get(address, &format!("/control/log?key={key}"));
            assert!(log.text().contains("\"end\":\"reset\""), "{}", log.text());
        }
    });
}

#[test]
fn every_fault_in_the_list_ends() {
    let server = server();
    block_on(async {
        for fault in origin::faults::FAULTS {
            if fault.name.starts_with("stall") || fault.name == "trickle" {
                continue;
            }
            // Some break this client's rules for a whole connection, so each has one of its own.
            let client = connect_h2(&server).await;
            if let Ok(response) = ask_h2(&client, &format!("/fault/{}?bytes=4000", fault.name)).await {
                let _ = read_h2(response).await;
            }
            let counters = connect_h2(&server).await;
            let wait = ask_h2(&counters, "/control/wait?inFlight=0").await.unwrap();
            assert_eq!(wait.status(), 200, "{}", fault.name);
        }
    });
}

#[test]
fn faults_reset_their_stream_and_no_other() {
    let server = server();
    block_on(async {
        let client = connect_h2(&server).await;
        for (name, reason) in [
            ("reset", Reason::INTERNAL_ERROR),
            ("close", Reason::CANCEL),
            ("garbage-head", Reason::PROTOCOL_ERROR),
            ("bad-chunk", Reason::PROTOCOL_ERROR),
        ] {
            let error = ask_h2(&client, &format!("/fault/{name}")).await.unwrap_err();
            assert_eq!(error.reason(), Some(reason), "{name}");
        }
        let cut = ask_h2(&client, "/fault/reset-mid?after=1234").await.unwrap();
        let mut stream = cut.into_body();
        let mut received = 0;
        let error = loop {
            match stream.data().await.unwrap() {
                Ok(piece) => received += piece.len(),
                Err(error) => break error,
            }
        };
        assert_eq!((received, error.reason()), (1_234, Some(Reason::INTERNAL_ERROR)));
        let short = read_h2(ask_h2(&client, "/fault/truncated-close").await.unwrap()).await.unwrap();
        assert_eq!(short.len(), 10_000);
    });
}

#[test]
fn one_request_too_many_ends_the_connection_with_all_its_streams() {
    let server = server();
    block_on(async {
        let client = connect_h2(&server).await;
        let held = [1, 2].map(|number| {
            let client = client.clone();
            tokio::spawn(async move {
                ask_h2(&client, &format!("/image/{number}/30x20.png?gate=never&most=2:goaway&key=calm")).await
            })
        });
        ask_h2(&client, "/control/wait?key=calm&inFlight=2").await.unwrap();
        let error = ask_h2(&client, "/bytes?hex=00&most=2:goaway&key=calm").await.unwrap_err();
        // What the client still writes may fail before it has read the frame.
        assert!(error.is_io() || error.reason() == Some(Reason::ENHANCE_YOUR_CALM), "{error}");
        for stream in held {
            stream.await.unwrap().unwrap_err();
        }
        // The next connection is answered.
        let next = connect_h2(&server).await;
        ask_h2(&next, "/control/wait?key=calm&inFlight=0").await.unwrap();
        let answered = ask_h2(&next, "/bytes?hex=00&most=2:goaway&key=calm").await.unwrap();
        assert_eq!(read_h2(answered).await.unwrap(), [0]);
    });
}

#[test]
fn a_connection_that_has_had_its_requests_answers_these_and_no_more() {
    let server = server();
    block_on(async {
        let client = connect_h2(&server).await;
        for number in 1..=2 {
            let answered = ask_h2(&client, &format!("/bytes?hex=0{number}&per-connection=2")).await.unwrap();
            assert_eq!(read_h2(answered).await.unwrap(), [number]);
        }
        let error = ask_h2(&client, "/bytes?hex=03&per-connection=2").await.unwrap_err();
        assert!(error.is_go_away() || error.is_io(), "{error}");
    });
}
