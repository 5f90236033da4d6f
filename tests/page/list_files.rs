//! Lists in folders and zips: what is read, what is passed over, and why.

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::{Value, json};

use super::page_driver::with_page;
use crate::browser::Browser;
use fetchzip::zip::{Crc32, CrcBuffer};

#[test]
fn the_lists_of_a_dropped_folder_are_read_in_the_order_of_their_names() {
    with_page(async |browser| {
        browser.drop_folder(&FOLDER).await;
        browser.until_note("3 lists read. Passed over: ").await;
        assert_eq!(browser.list().await, LIST_OF_FOLDER);
        let note = browser.note().await;
        for passed_over in [
            "photos/1.jpg, photos/2.jpg, photos/3.jpg and 1 more (an image)",
            "photos/prices.xlsx (a spreadsheet; export it as CSV)",
            "photos/.DS_Store (hidden)",
            "photos/setup.exe (not a list by its name)",
            "photos/torn (not a text; choose a list of image URLs)",
        ] {
            assert!(note.contains(passed_over), "{note}");
        }
    });
}

#[test]
fn the_lists_of_a_chosen_folder_are_the_same() {
    with_page(async |browser| {
        browser.choose_folder(&FOLDER).await;
        browser.until_note("3 lists read. Passed over: ").await;
        assert_eq!(browser.list().await, LIST_OF_FOLDER);
    });
}

#[test]
fn a_folder_without_a_list_leaves_the_list_and_says_why() {
    with_page(async |browser| {
        browser.fill("https://a.example/mine.jpg").await;
        browser.drop_folder(&[("x/1.jpg", b""), ("x/2.jpg", b""), ("x/a.exe", b"")]).await;
        let words = "There is no list. Passed over: x/1.jpg, x/2.jpg (an image); x/a.exe (not a list by its name). \
            The list was not changed.";
        browser.until_note(words).await;
        assert_eq!(browser.list().await, "https://a.example/mine.jpg");
    });
}

#[test]
fn lists_in_a_zip_are_read_whether_they_are_packed_or_not() {
    with_page(async |browser| {
        let long = "https://a.example/long.jpg\n".repeat(5_000);
        let zip = zip(&[
            Entry::deflated("a.txt", b"https://a.example/1.jpg\n"),
            Entry::stored("b/", b""),
            Entry::stored("b/b.csv", b"id,url\n1,https://a.example/2.jpg\n"),
            // More than a block, and not UTF-8.
            Entry::stored("long.txt", long.as_bytes()),
            Entry::deflated("utf16.txt", b"\xFF\xFEh\0t\0t\0p\0:\0/\0/\0a\0/\0"),
            Entry::stored("1.jpg", b"\xFF\xD8"),
        ]);
        browser.drop_files(&[("lists.zip", &zip)]).await;
        browser.until_note("4 lists read. Passed over: 1.jpg (an image).").await;
        let list = browser.list().await;
        let begins = "# a.txt\nhttps://a.example/1.jpg\n# b/b.csv\nhttps://a.example/2.jpg\n# long.txt\n";
        assert!(list.starts_with(begins), "{}", &list[..200]);
        assert!(list.ends_with("# utf16.txt\nhttp://a/"), "{}", &list[list.len() - 100..]);
        assert_eq!(list.matches("https://a.example/long.jpg").count(), 5_000);
    });
}

#[test]
fn the_only_list_of_a_zip_stays_as_it_is() {
    with_page(async |browser| {
        let csv = b"SKU,Image\n7,https://a.example/7.jpg";
        browser.drop_files(&[("shop.zip", &zip(&[Entry::deflated("shop.csv", csv)]))]).await;
        browser.until("document.getElementById('plan').textContent.includes('addresses in “Image”')").await;
        assert_eq!(browser.list().await.as_bytes(), csv);
    });
}

#[test]
fn one_bad_entry_of_a_zip_does_not_cost_the_others_and_is_named() {
    with_page(async |browser| {
        let list = b"https://a.example/1.jpg\n";
        let zip = zip(&[
            Entry::deflated("good.txt", list),
            Entry { flags: 1, ..Entry::deflated("secret.txt", list) },
            Entry { method: 14, ..Entry::stored("lzma.txt", list) },
            Entry { crc32: 7, ..Entry::deflated("damaged.txt", list) },
            Entry { crc32: 7, ..Entry::stored("also damaged.txt", list) },
            Entry { size: 3, ..Entry::deflated("liar.txt", list) },
            Entry::stored("inner.zip", &zip(&[Entry::stored("x.txt", list)])),
        ]);
        browser.drop_files(&[("lists.zip", &zip)]).await;
        browser.until_note("1 list read. Passed over: ").await;
        let note = browser.note().await;
        for passed_over in [
            "secret.txt (encrypted; unpack it, and choose the files in it)",
            "lzma.txt (packed by method 14, which no browser reads; unpack it)",
            "damaged.txt, also damaged.txt, liar.txt (damaged)",
            "inner.zip (a zip inside another)",
        ] {
            assert!(note.contains(passed_over), "{note}");
        }
        assert_eq!(browser.list().await, "https://a.example/1.jpg");
    });
}

#[test]
fn a_zip_that_unpacks_to_too_much_is_not_unpacked() {
    with_page(async |browser| {
        let zeros = vec![b' '; 70_000_000];
        let bomb = Entry::deflated("bomb.txt", &zeros);
        // As it is, and with a size that it does not have.
        let liar = Entry { size: 10, name: "liar.txt", ..bomb.clone() };
        for (entry, words) in [
            (bomb, "bomb.txt is beyond the 64.0 MB that lists may have together."),
            (liar, "liar.txt is damaged."),
        ] {
            browser.fill("https://a.example/mine.jpg").await;
            browser.drop_files(&[("bomb.zip", &zip(&[entry]))]).await;
            browser.until_note(words).await;
            assert_eq!(browser.list().await, "https://a.example/mine.jpg");
        }
    });
}

#[test]
fn a_zip_without_a_list_says_what_it_is() {
    with_page(async |browser| {
        browser.fill("https://a.example/mine.jpg").await;
        let image = Entry::stored("1.jpg", b"\xFF\xD8");
        let own = [image.clone(), Entry::stored("manifest.csv", b"x"), Entry::stored("manifest.json", b"x")];
        let whole = zip(&own);
        for (name, zip, words) in [
            ("images.zip", zip(&[image]), "images.zip is a zip of images without a list."),
            ("own.zip", whole.clone(), "own.zip is a zip of images that fetchzip made; to use its record"),
            ("empty.zip", zip(&[]), "empty.zip is a zip without a list."),
            ("torn.zip", whole[..whole.len() - 9].to_vec(), "torn.zip is damaged, or not a zip."),
        ] {
            browser.drop_files(&[(name, &zip)]).await;
            browser.until_note(words).await;
            assert!(browser.note().await.ends_with("The list was not changed."));
            assert_eq!(browser.list().await, "https://a.example/mine.jpg");
        }
    });
}

#[test]
fn of_several_files_those_that_are_no_lists_do_not_cost_the_others() {
    with_page(async |browser| {
        browser.drop_files(&[("a.txt", b"https://a.example/1.jpg"), ("b.xlsx", b"PK\x03\x04xl/")]).await;
        browser.until_note("1 list read. Passed over: b.xlsx (a spreadsheet; export it as CSV").await;
        assert_eq!(browser.list().await, "https://a.example/1.jpg");
        // Undo brings back what was there, and the note goes.
        browser.drop_files(&[("c.txt", b"https://a.example/3.jpg")]).await;
        browser.until("document.getElementById('list').value.endsWith('3.jpg')").await;
        browser.press("Undo").await;
        assert_eq!(browser.list().await, "https://a.example/1.jpg");
    });
}

/// A folder, in no order.
const FOLDER: [(&str, &[u8]); 11] = [
    ("photos/z.txt", b"https://a.example/z.jpg\n"),
    ("photos/1.jpg", b"\xFF\xD8"),
    ("photos/2.jpg", b"\xFF\xD8"),
    ("photos/3.jpg", b"\xFF\xD8"),
    ("photos/4.jpg", b"\xFF\xD8"),
    ("photos/prices.xlsx", b"PK\x03\x04xl/"),
    ("photos/.DS_Store", b"\0"),
    ("photos/setup.exe", b"MZ"),
    ("photos/torn", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    ("photos/b/x.csv", b"id,url\n1,https://a.example/x.jpg\n2,\n"),
    ("photos/a.html", b"<html><body><img src='https://a.example/a[1-2].jpg'></body></html>"),
];

/// What is HTML has no range, and keeps none in plain text.
const LIST_OF_FOLDER: &str = "# photos/a.html\nhttps://a.example/a%5B1-2%5D.jpg\n\
    # photos/b/x.csv: 1 line can’t be read\nhttps://a.example/x.jpg\n\
    # photos/z.txt\nhttps://a.example/z.jpg";

/// An entry of a zip as the directory describes it, which may be wrong.
#[derive(Clone)]
struct Entry<'a> {
    name: &'a str,
    flags: u16,
    method: u16,
    crc32: u32,
    size: u32,
    payload: Vec<u8>,
}

impl<'a> Entry<'a> {
    fn stored(name: &'a str, content: &[u8]) -> Self {
        let mut crc = Crc32::default();
        crc.update(content, &mut CrcBuffer::new(1 << 16));
        let size = content.len() as u32;
        Self { name, flags: 0, method: 0, crc32: crc.value(), size, payload: content.to_vec() }
    }

    fn deflated(name: &'a str, content: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        Self { method: 8, payload: encoder.finish().unwrap(), ..Self::stored(name, content) }
    }

    /// The fields that both of its headers have.
    fn fields(&self) -> Vec<u8> {
        let numbers16 = |numbers: [u16; 5]| numbers.map(u16::to_le_bytes).concat();
        let numbers32 = [self.crc32, self.payload.len() as u32, self.size].map(u32::to_le_bytes).concat();
        let name = (self.name.len() as u16).to_le_bytes();
        [numbers16([20, self.flags, self.method, 0, 0x21]), numbers32, name.to_vec(), vec![0; 2]].concat()
    }
}

fn zip(entries: &[Entry<'_>]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        directory.extend([b"PK\x01\x02\x14\0".as_slice(), &entry.fields(), &[0; 10]].concat());
        directory.extend((zip.len() as u32).to_le_bytes());
        directory.extend(entry.name.bytes());
        zip.extend(
            [b"PK\x03\x04".as_slice(), &entry.fields(), entry.name.as_bytes(), &entry.payload].concat(),
        );
    }
    let count = (entries.len() as u16).to_le_bytes();
    let place = [directory.len() as u32, zip.len() as u32].map(u32::to_le_bytes).concat();
    zip.extend([&directory[..], b"PK\x05\x06\0\0\0\0", &count, &count, &place, &[0; 2]].concat());
    zip
}

/// Makes `files` of pairs of a path and the content in Base64.
const MAKE_FILES: &str = "const files = arguments[0].map(([path, content]) => {
      const file = new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], path.split('/').pop());
      return { path, file };
    });";

impl Browser {
    /// Drops files.
    async fn drop_files(&self, files: &[(&str, &[u8])]) {
        let script = "const transfer = new DataTransfer();
            for (const { file } of files) transfer.items.add(file);
            const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer });
            document.querySelector('h1').dispatchEvent(event);";
        self.with_files(script, files).await;
    }

    /// Drops a folder: a file whose entry says that it is one, with the others inside. No script can make
    /// a real one. It passes on two entries at a time, as browsers pass on a hundred.
    async fn drop_folder(&self, files: &[(&str, &[u8])]) {
        let script = "const entry = (path, inside) => {
              const fullPath = '/' + path;
              const own = inside.find((file) => file.path === path);
              if (own) return { fullPath, isDirectory: false, file: (push) => push(own.file) };
              const names = [...new Set(inside.map((file) => file.path.slice(path.length + 1).split('/')[0]))];
              const children = names.map((name) => {
                const below = `${path}/${name}`;
                return entry(below, inside.filter((file) => `${file.path}/`.startsWith(`${below}/`)));
              });
              const createReader = () => ({ readEntries: (push) => setTimeout(() => push(children.splice(0, 2))) });
              return { fullPath, isDirectory: true, createReader };
            };
            const transfer = new DataTransfer();
            transfer.items.add(new File([], 'folder'));
            DataTransferItem.prototype.webkitGetAsEntry = () => entry(files[0].path.split('/')[0], files);
            const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer });
            document.querySelector('h1').dispatchEvent(event);";
        self.with_files(script, files).await;
    }

    /// Chooses a folder with these files.
    async fn choose_folder(&self, files: &[(&str, &[u8])]) {
        let script = "const transfer = new DataTransfer();
            for (const { path, file } of files) {
              Object.defineProperty(file, 'webkitRelativePath', { value: path });
              transfer.items.add(file);
            }
            const chooser = document.getElementById('folder');
            // Setting it would make other objects of the files.
            Object.defineProperty(chooser, 'files', { value: files.map(({ file }) => file), configurable: true });
            chooser.dispatchEvent(new Event('change', { bubbles: true }));";
        self.with_files(script, files).await;
    }

    async fn with_files(&self, script: &str, files: &[(&str, &[u8])]) {
        let files: Vec<Value> =
            files.iter().map(|(path, bytes)| json!([path, BASE64_STANDARD.encode(bytes)])).collect();
        self.execute(&format!("{MAKE_FILES}{script}"), vec![files.into()]).await;
    }

    /// The note below the list; empty if it is hidden.
    pub async fn note(&self) -> String {
        let note = "const note = document.getElementById('list-note');
            return note.hidden ? '' : note.textContent;";
        self.execute(note, vec![]).await.as_str().unwrap().to_owned()
    }

    /// Waits until the note below the list contains a text.
    pub async fn until_note(&self, text: &str) {
        self.until_met(&format!("a note {text:?}"), async || self.note().await.contains(text)).await;
    }
}
