use image::{GenericImageView, ImageFormat};

use crate::client::{Connection, get, server};

#[test]
fn every_format_decodes_at_the_size_asked_for() {
    let server = server();
    for (file, content_type, format) in [
        ("97x61.jpg", "image/jpeg", ImageFormat::Jpeg),
        ("97x61.png", "image/png", ImageFormat::Png),
        ("97x61.webp", "image/webp", ImageFormat::WebP),
        ("97x61.gif", "image/gif", ImageFormat::Gif),
    ] {
        let response = get(server.addresses().origin, &format!("/image/a%20seed/{file}"));
        assert_eq!(response.status, 200);
        assert_eq!(response.header("content-type"), Some(content_type));
        let picture = image::load_from_memory_with_format(&response.body, format).unwrap();
        assert_eq!(picture.dimensions(), (97, 61), "{file}");
    }
}

#[test]
fn a_seed_gives_the_same_file_everywhere_and_another_seed_another() {
    let (one, other) = (server(), server());
    let file = |address, seed| get(address, &format!("/image/{seed}/60x40.jpg")).body;
    assert_eq!(file(one.addresses().origin, 8), file(other.addresses().cross, 8));
    assert_ne!(file(one.addresses().origin, 8), file(one.addresses().origin, 16));
}

#[test]
fn a_padded_file_is_a_whole_jpeg_of_exactly_that_length() {
    let server = server();
    let mut connection = Connection::open(server.addresses().origin);
    for length in [1_000, 2_000, 12_000, 65_536, 100_000, 131_999, 1_000_000, 3_333_333] {
        let body = connection.get(&format!("/image/5/{length}b.jpg")).body;
        assert_eq!(body.len(), length);
        assert!(body.starts_with(&[0xFF, 0xD8]) && body.ends_with(&[0xFF, 0xD9]));
        image::load_from_memory_with_format(&body, ImageFormat::Jpeg).unwrap();
    }
}

#[test]
fn what_cannot_be_made_is_refused_in_words() {
    let server = server();
    for (target, words) in [
        ("/image/1/0x5.jpg", "0x5 is not made here"),
        ("/image/1/9000x9000.jpg", "9000x9000 is not made here"),
        ("/image/1/5b.jpg", "no JPEG of 5 bytes"),
        ("/image/1/500b.png", "is not WIDTHxHEIGHT"),
        ("/bytes?hex=abc", "pairs of hexadecimal digits"),
    ] {
        let response = get(server.addresses().origin, target);
        assert_eq!(response.status, 400, "{target}");
        assert!(response.text().contains(words), "{}", response.text());
    }
}

#[test]
fn ten_requests_at_picsums_path_are_ten_different_pictures() {
    let server = server();
    let mut connection = Connection::open(server.addresses().origin);
    let mut pictures = Vec::new();
    for _ in 0..10 {
        let redirect = connection.get("/200/300");
        assert_eq!(redirect.status, 302);
        let location = redirect.header("location").unwrap().to_owned();
        let picture = connection.get(&location);
        assert_eq!(image::load_from_memory(&picture.body).unwrap().dimensions(), (200, 300));
        assert!((8_000..25_000).contains(&picture.body.len()), "{} bytes", picture.body.len());
        pictures.push(picture.body);
    }
    pictures.sort();
    pictures.dedup();
    assert_eq!(pictures.len(), 10);
}

#[test]
fn picsums_own_host_redirects_to_its_other_host_on_the_same_port() {
    let server = server();
    let mut connection = Connection::open(server.addresses().origin);
    let carried = connection.get("/200/300?key=k&latency=1&rate=9");
    let location = carried.header("location").unwrap();
    assert!(location.starts_with("/id/") && location.ends_with("&key=k&rate=9"), "{location}");
    connection.send_to("picsum.photos:4780", "/200/300");
    let redirect = connection.receive();
    let location = redirect.header("location").unwrap();
    assert!(location.starts_with("http://fastly.picsum.photos:4780/id/"), "{location}");
}

#[test]
fn unsplash_photographs_have_two_to_six_megabytes_and_widths() {
    let server = server();
    let path = "/photo-1516117172878-fd2c41f4a759";
    let whole = get(server.addresses().origin, path);
    assert!((2_000_000..=6_000_000).contains(&whole.body.len()));
    assert_eq!(whole.header("content-type"), Some("image/jpeg"));
    let small = get(server.addresses().origin, &format!("{path}?w=90"));
    assert_eq!(image::load_from_memory(&small.body).unwrap().dimensions(), (90, 60));
}

#[test]
fn hostile_paths_lead_to_a_file_all_the_same() {
    let server = server();
    for path in ["..%2F..%2Fetc%2Fpasswd", "CON.jpg", "a%00b.jpg", "%E2%80%AEgpj.exe", "a/../b", ""] {
        let response = get(server.addresses().origin, &format!("/file/{path}?kind=png"));
        assert_eq!((response.status, response.header("content-type")), (200, Some("image/png")), "{path}");
    }
    let bmp = get(server.addresses().origin, "/fixture/bmp/wrong.jpg");
    assert!(bmp.body.starts_with(b"BM"));
}
