//! The timings, the failed images, and the list for other programs, as files.

use fetchzip::report::Program;
use serde_json::Value;

use super::page_driver::with_page;
use crate::browser::Browser;

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
        let took = |item: &Value| time(item, "finishedAt") - time(item, "startedAt");
        let retried: f64 = took(&items[2]);
        let others: f64 = items.iter().map(took).sum::<f64>() - retried;
        let busy = json["timings"]["busyMs"].as_f64().unwrap();
        // Each of the eight times is rounded when it is written; and a wait between two attempts is not busy time.
        assert!(others - 0.01 < busy && busy < others + retried, "{busy} {json}");

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

#[test]
fn failed_images_are_exported_alone_and_can_be_pasted_back() {
    with_page(async |browser| {
        let signed = "/fault/status/403?Signature=a,b.&key=failed";
        browser.fill_paths(&["/image/1/64x48.jpg", "/fault/status/404?key=failed", signed]).await;
        browser.fetch().await;
        let failed = [browser.origin.url("/fault/status/404?key=failed"), browser.origin.url(signed)];

        let csv = browser.export("Failed ones as CSV", "failed.csv").await;
        let rows: Vec<_> = csv.split_terminator("\r\n").map(cells).collect();
        let column = rows[0].iter().position(|name| name == "url").unwrap();
        assert_eq!(rows[1..].iter().map(|row| &row[column]).collect::<Vec<_>>(), failed.each_ref());

        let json = browser.export("Failed ones as JSON", "failed.json").await;
        let json: Value = serde_json::from_str(&json).unwrap();
        let items = json["items"].as_array().unwrap();
        assert_eq!(items.iter().map(|item| item["url"].as_str().unwrap()).collect::<Vec<_>>(), failed);
        assert!(items.iter().all(|item| item["outcome"] == "failed"), "{json}");

        let list = browser.export("Failed ones as a list", "failed.txt").await;
        let lines: Vec<_> = list.lines().collect();
        assert!(lines[0].starts_with(&format!("{} # the server answered 404", failed[0])), "{list}");
        assert!(lines[1].starts_with(&format!("\"{}\" # the server answered 403", failed[1])), "{list}");
        for exported in [&list, &csv] {
            browser.paste(exported).await;
            browser.until("document.getElementById('plan').textContent.includes('2 URLs')").await;
            let before = browser.origin.log("failed").len();
            browser.fetch().await;
            let log = browser.origin.log("failed");
            let asked: Vec<_> = log[before..].iter().map(|entry| entry["path"].as_str().unwrap()).collect();
            assert!(asked.contains(&signed), "{asked:?}");
        }
    });
}

#[test]
fn the_list_is_exported_for_other_programs_before_and_after_a_run() {
    with_page(async |browser| {
        let paths = ["/image/1/64x48.jpg?n=1", "/image/2/64x48.jpg?n=2#part", "/file/cat"];
        browser.fill_paths(&paths).await;
        let mut list = browser.list().await;
        list += "\ndata:image/gif;base64,R0lGODlhAQABAAAAACw=";
        browser.fill(&list).await;
        browser.open_hand_over().await;
        let url = |path: &str| browser.origin.url(path);
        let aria2 = |names: [&str; 3]| {
            let requested = ["/image/1/64x48.jpg?n=1", "/image/2/64x48.jpg?n=2", "/file/cat"];
            let entries = requested.iter().zip(names);
            entries.map(|(path, name)| format!("{}\n  out={name}\n", url(path))).collect::<String>()
        };
        let exported = browser.export("Export for aria2", "aria2.txt").await;
        assert_eq!(exported, aria2(["64x48.jpg", "64x48 (2).jpg", "cat"]));
        browser.shows_commands(Program::Aria2, false).await;
        let text = browser.text().await;
        let left_out = "Exported 3 images to aria2.txt. Left out: 1 image that the list itself contains";
        assert!(text.contains(left_out), "{text}");

        browser.press("Copy").await;
        browser.until("document.getElementById('status').textContent === 'The command was copied.'").await;
        let selected = browser.execute("return getSelection().toString()", vec![]).await;
        assert_eq!(selected, Program::Aria2.commands(false)[0].line);

        browser.fetch().await;
        browser.forget_download("aria2.txt");
        let exported = browser.export("Export for aria2", "aria2.txt").await;
        let names: Vec<_> = browser.save_entries().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[..3], ["64x48.jpg", "64x48 (2).jpg", "cat.jpg"]);
        assert_eq!(exported, aria2([&names[0], &names[1], &names[2]]));
    });
}

#[test]
fn a_table_for_img2dataset_has_the_captions_of_the_list() {
    with_page(async |browser| {
        let url = browser.origin.url("/image/1/64x48.jpg");
        let html = format!("<img src=\"{url}\" alt='A \"cat\", 007'><img src=\"{url}?2\">");
        browser.paste(&html).await;
        browser.until("document.getElementById('plan').textContent.includes('2 URLs')").await;
        browser.open_hand_over().await;
        let exported = browser.export("Export for img2dataset", "img2dataset.jsonl").await;
        let rows: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let expected = [
            serde_json::json!({ "url": url, "caption": "A \"cat\", 007", "name": "64x48.jpg" }),
            serde_json::json!({ "url": format!("{url}?2"), "name": "64x48 (2).jpg" }),
        ];
        assert_eq!(rows, expected);
        browser.shows_commands(Program::Img2dataset, true).await;
    });
}

impl Browser {
    /// Opens "Hand over to another program".
    async fn open_hand_over(&self) {
        let script = "[...document.querySelectorAll('summary')]
            .find((summary) => summary.textContent === 'Hand over to another program').click()";
        self.execute(script, vec![]).await;
    }

    /// Checks that the page shows the commands of a program, whole.
    async fn shows_commands(&self, program: Program, has_captions: bool) {
        let text = self.text().await;
        for command in program.commands(has_captions) {
            assert!(text.contains(command.title) && text.contains(&command.line), "{command:?}: {text}");
        }
    }
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
