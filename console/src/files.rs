//! The files of the page, embedded in the program.

use crate::file_list::FILES;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sfn_alias_server::http::ConsoleFile;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::sync::{LazyLock, OnceLock};

/// The files, sorted by name. Each is compressed when it is requested for the first time.
static LOADED: LazyLock<Vec<OnceLock<ConsoleFile>>> = LazyLock::new(|| FILES.iter().map(|_| OnceLock::new()).collect());

/// Returns the file of a path. `/console/` is `index.html`.
pub fn find_file(path: &str) -> Option<ConsoleFile> {
    let name = match path.strip_prefix("/console/")? {
        "" => "index.html",
        name => name,
    };
    let index = FILES.binary_search_by(|(file, _)| (*file).cmp(name)).ok()?;
    let (name, content) = FILES.get(index)?;
    Some(LOADED.get(index)?.get_or_init(|| load_file(name, content)).clone())
}

fn load_file(name: &str, content: &'static [u8]) -> ConsoleFile {
    let digest = Sha256::digest(content);
    let etag: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    ConsoleFile {
        content_type: content_type(name),
        content: Bytes::from_static(content),
        gzip: compress(content),
        etag: format!("\"{etag}\""),
    }
}

/// Returns no bytes if memory is exhausted: the file is then sent uncompressed.
fn compress(content: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).and_then(|()| encoder.finish()).map(Bytes::from).unwrap_or_default()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::{FILES, find_file};
    use flate2::read::GzDecoder;
    use std::fs;
    use std::io::Read;
    use std::path::Path;

    /// Returns the paths of the files in a folder, sorted.
    fn list_files(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).unwrap().flat_map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            match entry.file_type().unwrap().is_dir() {
                true => list_files(&entry.path()).into_iter().map(|file| format!("{name}/{file}")).collect(),
                false => vec![name],
            }
        });
        let mut files: Vec<_> = files.collect();
        files.sort();
        files
    }

    fn web() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("web")
    }

    #[test]
    fn list_has_all_files() {
        let names: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(names, list_files(&web()), "help: run `make vectors`");
    }

    #[test]
    fn files_are_found_and_compressed() {
        for name in list_files(&web()) {
            let expected = fs::read(web().join(&name)).unwrap();
            let file = find_file(&format!("/console/{name}")).unwrap_or_else(|| panic!("{name} is not found"));
            assert_eq!(file.content, expected, "{name}");
            let mut unpacked = Vec::new();
            GzDecoder::new(&file.gzip[..]).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, expected, "{name}");
            assert!(file.etag.starts_with('"') && file.etag.ends_with('"') && file.etag.len() == 34, "{}", file.etag);
        }
        assert_eq!(find_file("/console/").unwrap().content, find_file("/console/index.html").unwrap().content);
    }

    #[test]
    fn unknown_files_are_not_found() {
        for path in
            ["", "/", "/console", "/console/x", "/console//index.html", "/console/../web/index.html", "/index.html"]
        {
            assert!(find_file(path).is_none(), "{path}");
        }
    }

    /// Browsers do not run scripts with another type, because of `X-Content-Type-Options`.
    #[test]
    fn files_have_content_types() {
        let content_type = |name: &str| find_file(&format!("/console/{name}")).unwrap().content_type;
        assert_eq!(content_type("index.html"), "text/html; charset=utf-8");
        assert_eq!(content_type("vendor/vendor.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("vendor/LICENSES.txt"), "text/plain; charset=utf-8");
    }
}
