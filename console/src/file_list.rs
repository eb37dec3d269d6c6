//! The files in `web/`. Written by `make vectors`; after a file is deleted, delete its line.

/// The paths below `web/`, and the contents.
pub const FILES: &[(&str, &[u8])] = &[
    ("alias.css", include_bytes!("../web/alias.css")),
    ("app.js", include_bytes!("../web/app.js")),
    ("calls.js", include_bytes!("../web/calls.js")),
    ("client.js", include_bytes!("../web/client.js")),
    ("components.js", include_bytes!("../web/components.js")),
    ("console.css", include_bytes!("../web/console.css")),
    ("deployment.css", include_bytes!("../web/deployment.css")),
    ("format.js", include_bytes!("../web/format.js")),
    ("icon.svg", include_bytes!("../web/icon.svg")),
    ("index.html", include_bytes!("../web/index.html")),
    ("live.js", include_bytes!("../web/live.js")),
    ("routes.js", include_bytes!("../web/routes.js")),
    ("tokens.css", include_bytes!("../web/tokens.css")),
    ("vendor/LICENSES.txt", include_bytes!("../web/vendor/LICENSES.txt")),
    ("vendor/vendor.js", include_bytes!("../web/vendor/vendor.js")),
    ("views/alias-rows.js", include_bytes!("../web/views/alias-rows.js")),
    ("views/empty.js", include_bytes!("../web/views/empty.js")),
    ("views/overview.js", include_bytes!("../web/views/overview.js")),
    ("views/scopes.js", include_bytes!("../web/views/scopes.js")),
    ("views/sign-in.js", include_bytes!("../web/views/sign-in.js")),
];
