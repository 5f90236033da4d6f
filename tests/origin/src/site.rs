//! The page itself, served from a folder as any static host would.

use std::sync::Arc;

use crate::answer::Answer;
use crate::json;
use crate::picture::Picture;
use crate::request::Request;
use crate::route::file_below;
use crate::service::World;

/// A second address of the whole site, so that tests can see that it works below any path.
const SUB_PATH: &str = "/some/sub/path";

/// The demo preset: seed, file and latency in milliseconds of each picture.
const DEMO: [(&str, &str, u32); 12] = [
    ("16", "1280x853.jpg", 420),
    ("53", "1024x683.jpg", 280),
    ("62", "1600x1067.jpg", 760),
    ("27", "960x640.jpg", 350),
    ("82", "640x480.png", 610),
    ("12", "1200x800.jpg", 900),
    ("45", "800x600.jpg", 200),
    ("8", "1440x960.jpg", 540),
    ("61", "640x480.webp", 310),
    ("79", "1280x720.jpg", 690),
    ("70", "640x480.gif", 470),
    ("17", "1100x733.jpg", 820),
];

/// The answer of the site's port.
pub async fn answer(world: &World, request: &Request) -> Answer {
    let path = request.path();
    let path = path.strip_prefix(SUB_PATH).filter(|rest| rest.starts_with('/')).unwrap_or(path);
    let answer = match &world.options.site {
        _ if path == "/demo.json" => Answer::json(demo(&world.images)),
        Some(folder) => file_below(folder, path).await,
        None => Answer::refusal(404, "this server was started without --site"),
    };
    match answer.has("cache-control") {
        true => answer,
        // Kept, but asked for again each time: a new build shows at once.
        false => answer.with("cache-control", "no-cache"),
    }
}

/// Makes the demo's pictures before they are asked for, so that its first run is timed as its second.
pub async fn warm_up(world: Arc<World>) {
    for (seed, file, _) in DEMO {
        if let Ok(picture) = Picture::parse(seed, file) {
            // An error comes again, and in words, when the picture is asked for.
            let _ = world.gallery.get(picture).await;
        }
    }
}

fn demo(images: &str) -> String {
    let urls = DEMO
        .iter()
        .map(|(seed, file, latency)| json::quote(&format!("{images}/image/{seed}/{file}?latency={latency}")));
    json::object().raw("urls", &json::array(urls)).end()
}
