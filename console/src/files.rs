//! The files of the page, embedded in the program.

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sfn_alias_server::http::ConsoleFile;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::sync::LazyLock;

/// Defines the table of files, with their names below `web/`.
macro_rules! embed_files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../web/", $name)))),*]
    };
}

const FILES: &[(&str, &[u8])] = embed_files![
    "alias-form.js",
    "alias.css",
    "app.js",
    "bulk.js",
    "calls.js",
    "client.js",
    "components.js",
    "console.css",
    "definition.js",
    "deployment-data.js",
    "deployment-state.js",
    "deployment.css",
    "flow.js",
    "format.js",
    "icon.svg",
    "index.html",
    "live.js",
    "plan-commands.js",
    "plan-request.js",
    "plan-result.js",
    "routes.js",
    "timeline-data.js",
    "timeline-lanes.js",
    "timeline-text.js",
    "timeline.js",
    "tokens.css",
    "traffic.js",
    "vendor/LICENSES.txt",
    "vendor/vendor.js",
    "versions.js",
    "views/alias-editor.js",
    "views/alias-history.js",
    "views/alias-rows.js",
    "views/alias-traffic.js",
    "views/alias.js",
    "views/compare.js",
    "views/create-alias.js",
    "views/deployment.js",
    "views/empty.js",
    "views/execution-table.js",
    "views/execution.js",
    "views/executions.js",
    "views/overview.js",
    "views/plan-form.js",
    "views/plan-simulation.js",
    "views/plan.js",
    "views/publish-dialog.js",
    "views/scopes.js",
    "views/sign-in.js",
    "views/start-dialog.js",
    "views/state-machine.js",
    "views/try-it.js",
    "views/version.js",
    "views/versions-card.js",
];

static COMPRESSED: LazyLock<Vec<(&str, ConsoleFile)>> =
    LazyLock::new(|| FILES.iter().map(|(name, content)| (*name, load_file(name, content))).collect());

/// Returns the file of a path. `/console/` is `index.html`.
pub fn find_file(path: &str) -> Option<ConsoleFile> {
    let name = match path.strip_prefix("/console/")? {
        "" => "index.html",
        name => name,
    };
    COMPRESSED.iter().find(|(file, _)| *file == name).map(|(_, file)| file.clone())
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
mod tests {
    use super::*;
    use std::path::Path;

    fn list_files(directory: &Path, prefix: &str, names: &mut Vec<String>) {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                list_files(&entry.path(), &format!("{name}/"), names);
            } else {
                names.push(name);
            }
        }
    }

    #[test]
    fn every_file_is_embedded() {
        let mut names = Vec::new();
        list_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("web"), "", &mut names);
        names.sort();
        assert_eq!(FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
    }
}
