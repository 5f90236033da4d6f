//! The page itself, served from a folder as by any static host.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::picture::Picture;
use crate::request::Request;
use crate::route::file_below;
use crate::service::World;

/// A second address of the whole site, for tests that it works below any path.
const SUB_PATH: &str = "/some/sub/path";

/// The demo preset: seed, size, name, latency in milliseconds and kilobytes per second of each picture.
const DEMO: [(&str, &str, &str, u32, u32); 12] = [
    ("16", "1280x853.jpg", "violet-lake.jpg", 420, 900),
    ("53", "1024x683.jpg", "hills-at-dusk.jpg", 280, 400),
    ("62", "1600x1067.jpg", "blue-hour.jpg", 760, 700),
    ("27", "960x640.jpg", "desert-noon.jpg", 350, 300),
    ("82", "640x480.png", "summer-lake.png", 610, 200),
    ("12", "1200x800.jpg", "golden-ridge.jpg", 900, 600),
    ("45", "800x600.jpg", "late-light.jpg", 200, 150),
    ("8", "1440x960.jpg", "pale-dawn.jpg", 540, 500),
    ("61", "640x480.webp", "afterglow.webp", 310, 350),
    ("79", "1280x720.jpg", "moonrise.jpg", 690, 450),
    ("70", "640x480.gif", "twilight.gif", 470, 250),
    ("17", "1100x733.jpg", "morning-mist.jpg", 820, 800),
];

/// The answer of the site's port.
pub async fn answer(world: &World, request: &Request) -> Answer {
    let path = request.path();
    let path = path.strip_prefix(SUB_PATH).filter(|rest| rest.starts_with('/')).unwrap_or(path);
    let answer = match &world.options.site {
        _ if path == "/demo.json" => Answer::json(&demo(world)),
        Some(folder) => file_below(folder, path).await,
        None => Answer::refusal(404, "this server was started without --site"),
    };
    // As a host of packages does, so that a page can import one from it.
    let answer = answer.with("access-control-allow-origin", "*");
    match answer.has("cache-control") {
        true => answer,
        // Cached, but revalidated each time, so that a new build shows at once.
        false => answer.with("cache-control", "no-cache"),
    }
}

/// Makes the demo's pictures before they are requested, so that the first run is as fast as the second.
pub async fn warm_up(world: Arc<World>) {
    for (seed, file, ..) in DEMO {
        if let Ok(picture) = Picture::parse(seed, file) {
            // A request for the picture reports the error.
            let _ = world.gallery.get(picture).await;
        }
    }
}

fn demo(world: &World) -> Value {
    let from = |images: &str| -> Vec<String> {
        let url = |(seed, file, name, latency, kilobytes)| {
            format!("{images}/image/{seed}/{file}/{name}?latency={latency}&rate={kilobytes}000")
        };
        DEMO.map(url).into()
    };
    json!({ "urls": from(&world.images), "http2": from(&world.tls_images) })
}
