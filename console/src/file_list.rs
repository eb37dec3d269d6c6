//! The files in `web/`. Written by `make vectors`; after a file is deleted, delete its line.

/// The paths below `web/`, and the contents.
pub const FILES: &[(&str, &[u8])] = &[
    ("index.html", include_bytes!("../web/index.html")),
    ("vendor/LICENSES.txt", include_bytes!("../web/vendor/LICENSES.txt")),
    ("vendor/vendor.js", include_bytes!("../web/vendor/vendor.js")),
];
