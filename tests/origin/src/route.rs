//! The answer of each path.

use std::path::{Component, Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::UNIX_EPOCH;

use percent_encoding::percent_decode_str;

use crate::answer::{Answer, http_date};
use crate::body::Body;
use crate::faults;
use crate::fixture;
use crate::picture::{Picture, PictureError, format_of};
use crate::request::Request;
use crate::seed;
use crate::service::World;

/// The number of pictures that picsum's path redirects to.
const PICSUM_IDS: u64 = 1085;

/// Has no factor in common with `PICSUM_IDS`, so that its multiples reach every id before one repeats.
const PICSUM_STRIDE: u64 = 397;

/// Parameters that are passed on to the redirect's target: they are about the picture.
const PASSED_ON: [&str; 6] = ["key", "rate", "chunk", "cors", "tao", "cache"];

/// Bytes of the photographs at Unsplash's paths.
const PHOTO_BYTES: std::ops::RangeInclusive<u64> = 2_000_000..=6_000_000;

/// The answer of the image ports, before query parameters shape it.
pub async fn answer(world: &World, request: &Request) -> Answer {
    let path = request.path();
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match segments.as_slice() {
        ["health"] => Answer::new(200, "text/plain; charset=utf-8", "ok\n"),
        ["image", seed, file] => image(world, &percent_decode_str(seed).decode_utf8_lossy(), file).await,
        // The last segment may be any name, as photographs have.
        ["image", seed, file, _name] => {
            image(world, &percent_decode_str(seed).decode_utf8_lossy(), file).await
        }
        ["id", id, width, file] => picsum_picture(world, id, width, file).await,
        ["folder", ..] => match &world.options.folder {
            Some(folder) => file_below(folder, path.trim_start_matches("/folder")).await,
            None => Answer::refusal(404, "this server was started without --folder"),
        },
        ["fault", name, rest @ ..] => faults::answer(world, request, name, rest).await,
        ["fixture", kind, ..] => fixture(world, kind).await,
        ["file", ..] => match request.parameter("kind") {
            Some(kind) => fixture(world, &kind).await,
            None => fixture(world, "jpg").await,
        },
        ["bytes"] => bytes(request),
        [photo] if photo.starts_with("photo-") => unsplash_photo(world, request, photo).await,
        [width, height] if is_size(width, height) => picsum_redirect(world, request, width, height),
        _ => Answer::refusal(404, format!("there is no {path:?} here; tests/origin/README.md lists what is")),
    }
}

/// `/image/{seed}/{width}x{height}.{format}` and `/image/{seed}/{bytes}b.jpg`, which any name may follow.
async fn image(world: &World, seed: &str, file: &str) -> Answer {
    match Picture::parse(seed, file) {
        Ok(picture) => picture_answer(world, picture).await,
        Err(error) => refuse(&error),
    }
}

/// The answer that carries a picture.
pub async fn picture_answer(world: &World, picture: Picture) -> Answer {
    let modified = http_date(seed::modified(picture.seed()));
    let content_type = picture.format().to_mime_type();
    match world.gallery.get(picture).await {
        Ok(body) => Answer::new(200, content_type, body).with("last-modified", modified),
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &PictureError) -> Answer {
    Answer::refusal(if error.is_callers_fault() { 400 } else { 500 }, error.to_string())
}

fn is_size(width: &str, height: &str) -> bool {
    width.parse::<u32>().is_ok() && height.parse::<u32>().is_ok()
}

fn name_of(pair: &str) -> &str {
    pair.split('=').next().unwrap_or(pair)
}

/// `/{width}/{height}`: a redirect to another picture each time, as on picsum.photos.
fn picsum_redirect(world: &World, request: &Request, width: &str, height: &str) -> Answer {
    let turn = world.shuffle.fetch_add(1, Ordering::Relaxed);
    let id = turn.wrapping_mul(PICSUM_STRIDE) % PICSUM_IDS;
    let hmac = seed::hash(&format!("{id}/{turn}"));
    let mut target = format!("/id/{id}/{width}/{height}.jpg?hmac={hmac:016x}");
    for pair in request.query().split('&').filter(|pair| PASSED_ON.contains(&name_of(pair))) {
        target.push('&');
        target += pair;
    }
    let host = request.host.as_str();
    let (name, port) = host.find(':').map_or((host, ""), |colon| host.split_at(colon));
    let location = match name {
        "picsum.photos" => format!("{}://fastly.picsum.photos{port}{target}", request.scheme),
        _ => target,
    };
    Answer::redirect(302, &location).with("cache-control", "private, no-cache, no-store, must-revalidate")
}

/// `/id/{id}/{width}/{height}.jpg`: the target of that redirect.
async fn picsum_picture(world: &World, id: &str, width: &str, file: &str) -> Answer {
    let height = file.strip_suffix(".jpg").unwrap_or(file);
    let answer = image(world, &format!("picsum-{id}"), &format!("{width}x{height}.jpg")).await;
    answer.with("content-disposition", format!("inline; filename=\"{id}-{width}x{height}.jpg\""))
}

/// `/photo-…`: a photograph of a few megabytes, or with `w` a picture of that width.
async fn unsplash_photo(world: &World, request: &Request, name: &str) -> Answer {
    let hash = seed::hash(name);
    match request.number::<u32>("w") {
        Ok(Some(width)) => {
            image(world, name, &format!("{width}x{}.jpg", (u64::from(width) * 2 / 3).max(1))).await
        }
        Ok(None) => {
            let length = PHOTO_BYTES.start() + hash % (PHOTO_BYTES.end() - PHOTO_BYTES.start() + 1);
            picture_answer(world, Picture::Padded { seed: hash, bytes: length }).await
        }
        Err(error) => Answer::refusal(400, error.to_string()),
    }
}

/// `/fixture/{kind}` and `/file/…?kind=`: a small file of that kind.
async fn fixture(world: &World, kind: &str) -> Answer {
    if let Some(format) = format_of(kind) {
        let picture = Picture::Drawn { seed: seed::hash(kind), width: 96, height: 64, format };
        return picture_answer(world, picture).await;
    }
    match fixture::named(kind) {
        Some(fixture) => Answer::new(200, fixture.content_type, (fixture.bytes)())
            .with("last-modified", http_date(seed::modified(seed::hash(kind)))),
        None => Answer::refusal(404, format!("there is no fixture {kind:?}")),
    }
}

/// `/bytes?hex=…`: exactly these bytes.
fn bytes(request: &Request) -> Answer {
    let hex = request.parameter("hex").unwrap_or_default();
    let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    match digits.filter(|digits| digits.len().is_multiple_of(2)) {
        Some(digits) => {
            // Two digits make a number below 256.
            let bytes = digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8);
            Answer::new(200, "application/octet-stream", bytes.collect::<Vec<u8>>())
        }
        None => Answer::refusal(400, format!("hex={hex:?} is not pairs of hexadecimal digits")),
    }
}

/// A file of a folder, and none outside it.
pub async fn file_below(folder: &Path, path: &str) -> Answer {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let relative: Option<PathBuf> = Path::new(decoded.trim_start_matches('/'))
        .components()
        .map(|component| match component {
            Component::Normal(name) => Some(name),
            _ => None,
        })
        .collect();
    let not_found = || Answer::refusal(404, format!("there is no file {decoded:?} here"));
    let Some(relative) = relative else { return not_found() };
    let mut file = folder.join(relative);
    let read = tokio::task::spawn_blocking(move || {
        if file.is_dir() {
            file.push("index.html");
        }
        // A link may lead out of the folder; its own files may not.
        let modified = std::fs::metadata(&file)?.modified().ok();
        Ok::<_, std::io::Error>((content_type(&file), modified, std::fs::read(&file)?))
    });
    match read.await {
        Ok(Ok((content_type, modified, bytes))) => {
            let answer = Answer::new(200, &content_type, Body::from(bytes));
            match modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok()) {
                Some(time) => answer.with("last-modified", http_date(time.as_secs())),
                None => answer,
            }
        }
        Ok(Err(_)) | Err(_) => not_found(),
    }
}

/// The content type of a file, by its extension.
fn content_type(file: &Path) -> String {
    let mime = mime_guess::from_path(file).first_or_octet_stream();
    if mime.type_() == mime_guess::mime::TEXT { format!("{mime}; charset=utf-8") } else { mime.to_string() }
}
