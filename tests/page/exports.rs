//! The timings as files.

use serde_json::Value;

use super::page_driver::with_page;

#[test]
fn json_and_csv_agree_with_each_other_and_with_the_server() {
    with_page(async |browser| {
        let paths = [
            "/image/1/64x48.jpg?key=k&gate=last",
            "/image/2/64x48.png?key=k&gate=first",
            "/image/3/64x48.gif?key=k&gate=middle&fail=1:500",
            "/fault/status/404?key=missing",
        ];
        browser.fill_paths(&paths).await;
        browser.press("Fetch").await;
        browser.origin.wait("k", "inFlight=3");
        for (at, gate) in ["first", "middle", "last"].into_iter().enumerate() {
            browser.origin.open_gate(gate);
            let status = "[...document.querySelectorAll('[role=row]')].filter((row) => /\\bok\\b/.test(row.innerText))";
            browser.until(&format!("{status}.length === {}", at + 1)).await;
        }
        browser.until_run("done").await;

        let json = browser.export("JSON", "timings.json").await;
        let json: Value = serde_json::from_str(&json).unwrap();
        let items = json["items"].as_array().unwrap();
        assert_eq!(items.len(), 4);
        for (item, path) in items.iter().zip(&paths[..3]) {
            assert_eq!(item["url"], browser.origin.url(path));
            assert_eq!(item["outcome"], "stored");
            assert_eq!(item["bytes"], browser.origin.get(path).len());
            assert!(time(item, "startedAt") <= time(item, "headersAt"), "{item}");
            assert!(time(item, "headersAt") <= time(item, "finishedAt"), "{item}");
        }
        assert_eq!(items[3]["error"]["status"], 404);
        let attempts: Vec<_> = items.iter().map(|item| item["attempts"].as_u64().unwrap()).collect();
        assert_eq!(attempts, [1, 1, 2, 1]);
        // The order of the gates is that of the ends.
        assert!(time(&items[1], "finishedAt") <= time(&items[2], "finishedAt"), "{json}");
        assert!(time(&items[2], "finishedAt") <= time(&items[0], "finishedAt"), "{json}");
        // All three were in flight together.
        assert!(time(&items[0], "startedAt") <= time(&items[1], "finishedAt"), "{json}");
        let wall = json["timings"]["wallMs"].as_f64().unwrap();
        assert!(items.iter().all(|item| time(item, "finishedAt") <= wall), "{json}");
        let busy: f64 = items.iter().map(|item| time(item, "finishedAt") - time(item, "startedAt")).sum();
        // Each of the eight times is rounded when it is written.
        assert!((busy - json["timings"]["busyMs"].as_f64().unwrap()).abs() < 0.01, "{busy} {json}");

        let csv = browser.export("CSV", "timings.csv").await;
        let mut records = csv.split_terminator("\r\n").map(cells);
        let columns = records.next().unwrap();
        let column = |name: &str| columns.iter().position(|column| column == name).expect(name);
        let records: Vec<_> = records.collect();
        assert_eq!(records.len(), 4);
        for (record, item) in records.iter().zip(items) {
            assert_eq!(record.len(), columns.len(), "{record:?}");
            for name in ["url", "outcome"] {
                assert_eq!(record[column(name)], item[name].as_str().unwrap());
            }
            for name in ["bytes", "attempts", "startedAt", "finishedAt"] {
                assert_eq!(
                    record[column(name)].parse::<f64>().unwrap(),
                    item[name].as_f64().unwrap(),
                    "{name}"
                );
            }
        }
        assert_eq!(records[3][column("status")], "404");
        assert_eq!((&items[0]["isCutShort"], &*records[0][column("isCutShort")]), (&false.into(), "false"));
        assert!(records[3][column("errorMessage")].contains("404"));
    });
}

fn time(item: &Value, name: &str) -> f64 {
    item[name].as_f64().unwrap_or_else(|| panic!("{name}: {item}"))
}

/// A record of RFC 4180 that has no line breaks inside.
fn cells(record: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut is_quoted = false;
    let mut characters = record.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.next_if_eq(&'"').is_some() => cells.last_mut().unwrap().push('"'),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(String::new()),
            _ => cells.last_mut().unwrap().push(character),
        }
    }
    cells
}
