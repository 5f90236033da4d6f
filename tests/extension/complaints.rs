//! What the users of other such extensions complain of, in one gallery. `docs/extension.md` lists it all.

use super::extension_driver::with_extension;

/// A thumbnail that links to its image, images whose addresses name a wrong type or no name at all, one that its host
/// gives only to its own pages, and one that is gone.
const GALLERY: &str = "<!doctype html><title>A gallery</title>
    <a href='{{origin}}/image/1/640x480.jpg/mountain.jpg?cors=off'><img src='{{origin}}/image/1/64x48.jpg/s.jpg'></a>
    <img src='{{origin}}/image/2/64x48.webp/lake.jpg?cors=off&type=image%2Fjpeg'>
    <img src='{{origin}}/image/3/64x48.png/view.php?cors=off&type=text%2Fplain'>
    <img src='{{origin}}/image/4/64x48.gif/get?cors=off&name=holiday.gif'>
    <img src='{{origin}}/image/5/64x48.jpg/hidden.jpg?cors=off&wants=referer%3D{{site}}/gallery.html'>
    <img src='{{origin}}/image/6/64x48.jpg/gone.jpg?cors=off&status=404'>";

#[test]
fn a_gallery_s_images_come_in_full_size_with_right_names_and_what_failed_says_why() {
    with_extension(async |browser| {
        browser.show_page("gallery.html", GALLERY).await;
        browser.press_toolbar_button().await;
        assert_eq!(browser.collected().await.len(), 6);
        browser.until_list_is_read(6).await;
        browser.fetch().await;
        let failures = browser.text_of("failure-list").await;
        assert!(failures.contains("1 image") && failures.contains("404"), "{failures}");
        let entries = browser.save_entries().await;
        let expected = [
            ("mountain.jpg", "/image/1/640x480.jpg"),
            ("lake.webp", "/image/2/64x48.webp"),
            ("view.png", "/image/3/64x48.png"),
            ("holiday.gif", "/image/4/64x48.gif"),
            ("hidden.jpg", "/image/5/64x48.jpg"),
        ];
        let names: Vec<_> = entries.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, expected.map(|(name, _)| name));
        for ((name, content), (_, path)) in entries.iter().zip(expected) {
            assert!(*content == browser.origin.get(path), "{name} is not what the server sends for {path}");
        }
    });
}
