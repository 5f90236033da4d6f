//! The files that a site has in its origin private file system.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;

use super::Browser;

/// Declares `privateFiles()`, which resolves to a `Map` of `File`s by path, and `overwrite(path, bytes)`.
pub const PRIVATE_FILES: &str = include_str!("private_files.js");

impl Browser {
    /// The names of the files in the folder of spools.
    pub async fn spool_files(&self) -> Vec<String> {
        let list = "const paths = [...(await privateFiles()).keys()];
            return paths.filter((path) => path.startsWith('fetchzip/')).map((path) => path.slice(9)).sort();";
        let names = self.execute_async(&format!("{PRIVATE_FILES}{list}"), vec![]).await;
        serde_json::from_value(names).unwrap()
    }

    /// The content of a file, by its path; `None` if there is no such file.
    pub async fn private_file(&self, path: &str) -> Option<Vec<u8>> {
        let read = "const file = (await privateFiles()).get(arguments[0]);
            if (!file) return null;
            if (file.size === 0) return '';
            const reader = new FileReader();
            await new Promise((resolve, reject) => {
              reader.onload = resolve;
              reader.onerror = () => reject(reader.error);
              reader.readAsDataURL(file);
            });
            return reader.result.slice(reader.result.indexOf(',') + 1);";
        match self.execute_async(&format!("{PRIVATE_FILES}{read}"), vec![path.into()]).await {
            Value::String(text) => Some(BASE64_STANDARD.decode(text).unwrap()),
            _ => None,
        }
    }
}
