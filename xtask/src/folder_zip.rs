//! A folder in one zip. The same files make the same bytes.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use fs_err as fs;
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Writes the files of a folder into a zip, in the order of their names, all with the same time.
pub fn write(folder: &Path, file: &Path) -> Result<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(fs::File::create(file)?);
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            zip.start_file(entry.path().strip_prefix(folder)?.to_string_lossy(), options)?;
            zip.write_all(&fs::read(entry.path())?)?;
        }
    }
    zip.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_in_two_folders_make_the_same_bytes_whenever_they_were_written() {
        let root = std::env::temp_dir().join(format!("fetchzip-folder-zip-{}", std::process::id()));
        let zips = [["a", "b"], ["b", "a"]].map(|names| {
            let folder = root.join(names.concat());
            fs::create_dir_all(folder.join("in")).unwrap();
            names.iter().for_each(|name| fs::write(folder.join("in").join(name), name).unwrap());
            let file = root.join(format!("{}.zip", names.concat()));
            write(&folder, &file).unwrap();
            fs::read(file).unwrap()
        });
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(zips[0], zips[1]);
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&zips[0])).unwrap();
        let contents =
            ["in/a", "in/b"].map(|name| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap());
        assert_eq!((archive.len(), contents), (2, ["a", "b"].map(str::to_owned)));
    }
}
