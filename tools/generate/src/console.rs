//! Writes the list of files that the console embeds.

use std::error::Error;
use std::fs;
use std::path::Path;

pub const PAGE: &str = "console/src/file_list.rs";

const HEAD: &str = "\
//! The files in `web/`. Written by `make vectors`; after a file is deleted, delete its line.

/// The paths below `web/`, and the contents.
pub const FILES: &[(&str, &[u8])] = &[
";

/// Returns the list.
///
/// # Errors
/// A folder that cannot be read.
pub fn page(root: &Path) -> Result<String, Box<dyn Error>> {
    let mut names = Vec::new();
    list_files(&root.join("console/web"), "", &mut names)?;
    names.sort();
    let line = |name: &String| format!("    (\"{name}\", include_bytes!(\"../web/{name}\")),\n");
    Ok(format!("{HEAD}{}];\n", names.iter().map(line).collect::<String>()))
}

/// Adds the paths of the files in a folder, relative to the first folder.
fn list_files(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|name| format!("not a name in UTF-8: {name:?}"))?;
        let path = format!("{prefix}{name}");
        match entry.file_type()?.is_dir() {
            true => list_files(&entry.path(), &format!("{path}/"), names)?,
            false => names.push(path),
        }
    }
    Ok(())
}
