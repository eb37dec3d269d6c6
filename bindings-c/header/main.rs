//! Writes `include/sfn_alias.h`; with `--check` it only tells whether the file is current.
#![expect(clippy::print_stdout, reason = "a program of the command line prints")]

use cbindgen::{Builder, Config, DocumentationStyle, ItemType, Language, RenameRule, Style};
use sfn_alias_core::Operation;
use std::error::Error;
use std::path::Path;

/// In the order in which a reader wants them.
const SOURCES: [&str; 11] =
    ["result", "text", "error", "options", "service", "replies", "ask", "fields", "picker", "template", "deployment"];

/// The names of Rust and of C. C's are what programs are written against: they never change.
const NAMES: [(&str, &str); 15] = [
    ("SfnAlias", "sfn_alias_result"),
    ("TextView", "sfn_alias_text"),
    ("OwnedText", "sfn_alias_string"),
    ("Report", "sfn_alias_error"),
    ("ServiceOptions", "sfn_alias_options"),
    ("ClockFunction", "sfn_alias_clock"),
    ("Limit", "sfn_alias_limit"),
    ("Service", "sfn_alias_service"),
    ("Request", "sfn_alias_request"),
    ("VersionStarts", "sfn_alias_start_count"),
    ("Replies", "sfn_alias_replies"),
    ("RouteFields", "sfn_alias_route"),
    ("AliasFields", "sfn_alias_alias_fields"),
    ("Routing", "sfn_alias_routing"),
    ("Picker", "sfn_alias_picker"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join("include/sfn_alias.h");
    let header = header(folder)?;
    if !std::env::args().any(|argument| argument == "--check") {
        return Ok(std::fs::write(path, header)?);
    }
    if std::fs::read_to_string(path).unwrap_or_default() != header {
        return Err("include/sfn_alias.h is not current: run `make generate` in bindings-c".into());
    }
    println!("include/sfn_alias.h is current");
    Ok(())
}

fn header(folder: &Path) -> Result<String, Box<dyn Error>> {
    let sources = SOURCES.iter().map(|name| folder.join(format!("src/{name}.rs")));
    let builder = sources.fold(Builder::new().with_config(config()), Builder::with_src);
    let mut bytes = Vec::new();
    builder.generate()?.write(&mut bytes);
    // The constants are too common for the long name that the type gives them.
    Ok(String::from_utf8(bytes)?.replace("SFN_ALIAS_RESULT_", "SFN_ALIAS_") + "\n")
}

fn config() -> Config {
    let mut config = Config {
        language: Language::C,
        cpp_compat: true,
        style: Style::Both,
        documentation_style: DocumentationStyle::Doxy,
        line_length: 110,
        header: Some(preface()),
        no_includes: true,
        sys_includes: vec!["stddef.h".to_owned(), "stdint.h".to_owned()],
        after_includes: Some(version()),
        trailer: Some(operations()),
        usize_is_size_t: true,
        ..Config::default()
    };
    config.enumeration.rename_variants = RenameRule::QualifiedScreamingSnakeCase;
    config.export.item_types =
        vec![ItemType::Enums, ItemType::Structs, ItemType::Typedefs, ItemType::Functions, ItemType::OpaqueItems];
    config.export.include = vec!["Limit".to_owned()];
    config.export.rename = NAMES.iter().map(|(rust, c)| ((*rust).to_owned(), (*c).to_owned())).collect();
    config
}

fn preface() -> String {
    "/*\n * AWS Step Functions state machine aliases, offline, answering exactly as AWS does.\n *\n \
     * What holds for every function - results, errors, who owns and frees what, threads - is stated in\n \
     * \"Conventions\" of README.md. Written by `make generate`; do not edit.\n */\n\n\
     #ifndef SFN_ALIAS_H\n#define SFN_ALIAS_H"
        .to_owned()
}

fn version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut lines = format!(
        "\n/** The release of this header; `sfn_alias_version` gives the library's. */\n#define SFN_ALIAS_VERSION \"{version}\"\n"
    );
    for (name, number) in ["MAJOR", "MINOR", "PATCH"].into_iter().zip(version.split('.')) {
        lines.push_str(&format!("#define SFN_ALIAS_VERSION_{name} {number}\n"));
    }
    lines
}

/// A function an operation: `sfn_alias_call` with its name. Then the end of the include guard, which
/// cbindgen's own would close before.
fn operations() -> String {
    let mut text = String::from(
        "/*\n * The operations, a function each: `sfn_alias_call` with the operation's name.\n */\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n",
    );
    for operation in Operation::ALL {
        let (name, length) = (operation.as_str(), operation.as_str().len());
        let function = snake_case(name);
        text.push_str(&format!(
            "\n/** {name}: its input and its output are JSON. */\nstatic inline sfn_alias_result sfn_alias_{function}(\n    \
             const sfn_alias_service *service, const char *input, size_t input_length,\n    \
             sfn_alias_string **output, sfn_alias_error **error)\n{{\n    \
             return sfn_alias_call(service, \"{name}\", {length}, input, input_length, output, error);\n}}\n"
        ));
    }
    text.push_str("\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* SFN_ALIAS_H */");
    text
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
