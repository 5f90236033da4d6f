//! The examples that fill the list box.

use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{Response, Url};

use super::elements::{document, window};
use crate::browser::settled;
use crate::text::text;

/// Ten answers to one address, each a different picture.
pub fn picsum() -> String {
    "https://picsum.photos/200/300\n".repeat(10)
}

/// Fifteen photographs of one host.
pub fn unsplash() -> String {
    const PHOTOS: [&str; 15] = [
        "1516117172878-fd2c41f4a759",
        "1532009324734-20a7a5813719",
        "1524429656589-6633a470097c",
        "1530224264768-7ff8c1789d79",
        "1564135624576-c5c88640f235",
        "1541698444083-023c97d3f4b6",
        "1522364723953-452d3431c267",
        "1513938709626-033611b8cc03",
        "1507143550189-fed454f93097",
        "1493976040374-85c8e12f0c0e",
        "1504198453319-5ce911bafcde",
        "1530122037265-a5f1f91d3b99",
        "1516972810927-80185027ca84",
        "1550439062-609e1531270e",
        "1549692520-acc6669e2f0c",
    ];
    PHOTOS.map(|photo| text!["https://images.unsplash.com/photo-", photo, "\n"]).concat()
}

/// The lists that this page's own host offers.
pub struct Demo {
    pub list: String,
    /// The same images over HTTP/2, where the host has them; empty otherwise.
    pub http2: String,
}

/// Reads `demo.json` beside the page, whose addresses are relative to the page.
pub async fn demo() -> Result<Demo, JsValue> {
    let response: Response = settled(window()?.fetch_with_str("demo.json")).await?.dyn_into()?;
    let demo = settled(response.json()?).await?;
    let base = document()?.base_uri()?.unwrap_or_default();
    let list_of = |name: &str| -> Result<String, JsValue> {
        let mut list = String::new();
        let urls: Option<Array> = Reflect::get(&demo, &name.into())?.dyn_into().ok();
        for url in urls.unwrap_or_default().iter() {
            let url = url.as_string().unwrap_or_default();
            list += &Url::new_with_base(&url, &base)?.href();
            list.push('\n');
        }
        Ok(list)
    };
    Ok(Demo { list: list_of("urls")?, http2: list_of("http2")? })
}
