//! How many requests at once, and the speed-up that is measured.

use super::page_driver::with_page;

#[test]
fn at_once_bounds_what_is_in_flight() {
    with_page(async |browser| {
        for (mode, at_once, most) in [("Concurrent", "2", 2), ("Concurrent", "4", 4), ("Sequential", "4", 1)]
        {
            let key = format!("{mode}{at_once}");
            browser.fill_paths(&vec![format!("/image/1/64x48.jpg?key={key}&gate={key}"); 6]).await;
            browser.choose("Concurrent").await;
            browser.at_once(at_once).await;
            browser.choose(mode).await;
            browser.press("Fetch").await;
            browser.origin.wait(&key, &format!("inFlight={most}"));
            browser.origin.open_gate(&key);
            browser.until_run("done").await;
            let counters = browser.origin.counters(&key);
            assert_eq!(
                (counters["mostInFlight"].as_u64(), counters["requests"].as_u64()),
                (Some(most), Some(6))
            );
        }
    });
}

#[test]
fn each_mode_says_in_sight_what_it_does() {
    with_page(async |browser| {
        for (mode, words) in [
            ("Concurrent", "Concurrent fetches many images at once."),
            ("Sequential", "Sequential fetches one image at a time."),
            ("Compare", "Compare runs both three times and compares how long they take."),
        ] {
            assert!(browser.text().await.contains(words), "{mode}");
            let radio = serde_json::to_value(browser.the("radio", mode).await).unwrap();
            let described =
                "return document.getElementById(arguments[0].getAttribute('aria-describedby')).innerText";
            let described = browser.execute(described, vec![radio]).await;
            assert!(described.as_str().unwrap().starts_with(words), "{described}");
        }
    });
}

#[test]
fn at_once_is_held_within_1_and_1000_and_can_t_be_set_for_one_after_the_other() {
    with_page(async |browser| {
        for (entered, held) in
            [("0", "1"), ("-3", "1"), ("1001", "1000"), ("1e9", "1000"), ("7", "7"), ("", "")]
        {
            browser.at_once(entered).await;
            browser.click("textbox", "Image URLs").await;
            let field = browser.the("spinbutton", "At once").await;
            assert_eq!(field.prop("value").await.unwrap().unwrap(), held, "{entered}");
        }
        let is_enabled = async || browser.the("spinbutton", "At once").await.is_enabled().await.unwrap();
        browser.choose("Sequential").await;
        assert!(!is_enabled().await);
        browser.client.refresh().await.unwrap();
        browser.until_ready().await;
        assert!(!is_enabled().await, "the mode that is remembered");
        browser.choose("Compare").await;
        assert!(is_enabled().await);
    });
}

#[test]
fn compare_shows_the_measured_speed_up_with_its_spread() {
    with_page(async |browser| {
        let paths: Vec<_> = (0..4).map(|n| format!("/image/{n}/64x48.jpg?key=k&latency=150")).collect();
        browser.fill_paths(&paths).await;
        browser.choose("Compare").await;
        browser.fetch().await;
        let text = browser.timings().await;
        // "At once: 3.9 times as fast (0.2 s against 0.6 s; 3.8 to 4.0 in 3 pairs)"
        let (speed_up, rest) = text.lines().find_map(|line| line.split_once(" times as fast")).expect(&text);
        let speed_up = speed_up.strip_prefix("At once: ").expect(&text);
        let spread =
            rest.split_once("; ").and_then(|(_, rest)| rest.split_once(" in 3 pairs)")).expect(rest).0;
        let (least, most) = spread.split_once(" to ").expect(spread);
        let [speed_up, least, most] =
            [speed_up, least, most].map(|number| number.trim().parse::<f64>().unwrap());
        assert!(1.0 < least && least <= speed_up && speed_up <= most, "{text}");
        for words in ["one after the other", "at once"] {
            assert!(text.contains(words), "{text}");
        }
        // Three runs in each mode, and the server saw them.
        assert_eq!(browser.origin.counters("k")["requests"], 4 * 6);
        browser.origin.wait("k", "inFlight=0");
        let log = browser.origin.log("k");
        let starts: Vec<_> = log.iter().map(|request| request["startMs"].as_f64().unwrap()).collect();
        let ends: Vec<_> = log.iter().map(|request| request["endMs"].as_f64().unwrap()).collect();
        let is_at_once: Vec<_> = (0..6).map(|run| starts[4 * run + 1] < ends[4 * run]).collect();
        assert_eq!(is_at_once, [false, true, true, false, false, true]);
    });
}

#[test]
fn the_timings_are_in_words() {
    with_page(async |browser| {
        let paths: Vec<_> = (0..4).map(|n| format!("/image/{n}/64x48.jpg?latency=100")).collect();
        browser.fill_paths(&paths).await;
        browser.fetch().await;
        let text = browser.timings().await.to_lowercase();
        for words in ["wall", "busy", "overlap", "csv", "json"] {
            assert!(text.contains(words), "{text}");
        }
        assert!(!text.contains("as fast"), "a speed-up that was not measured: {text}");
    });
}
