//! Every template of the vectors, spoilt in many ways: never a panic, always a report or an error with a place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod body;

use std::path::Path;

/// So many times each template is spoilt.
const ROUNDS: u64 = 60;
/// What is put in: signs that mean something in JSON, YAML or a template.
const SIGNS: [&str; 24] = [
    "{", "}", "[", "]", ":", ",", "\"", "'", "\n", "\t", "- ", "&a ", "*a", "!Ref ", "!If ", "!Sub ", "${", "<<: ",
    "|\n", "\\", "\u{feff}", "é", "-1", "Fn::If",
];

fn templates() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for folder in ["correct", "faulty"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/templates").join(folder);
        for entry in folder.read_dir().expect("templates") {
            let path = entry.expect("a readable folder").path();
            let name = path.display().to_string();
            // Those that a program wrote repeat one thing a hundred times.
            if !name.ends_with(".expected.json") && !name.contains("quota") {
                all.push((name, std::fs::read(&path).expect("a readable file")));
            }
        }
    }
    all.sort();
    all
}

/// One change at a random place: something put in, taken out, turned, or taken from another place.
fn spoil(text: &mut Vec<u8>, random: &mut fastrand::Rng) {
    let at = random.usize(..=text.len());
    let end = (at + random.usize(..40)).min(text.len());
    match random.u8(..6) {
        0 => drop(text.drain(at..end)),
        1 => text.truncate(at),
        2 => text.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.u8(..8)),
        3 => {
            let copied = text[at..end].to_vec();
            let to = random.usize(..=text.len());
            drop(text.splice(to..to, copied));
        }
        _ => {
            let sign = random.choice(SIGNS).expect("a sign");
            drop(text.splice(at..at, sign.bytes()));
        }
    }
}

/// The inputs that are saved for the fuzz target: what an attack or the fuzzer found.
#[test]
fn saved_templates_are_reports_or_errors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/fuzz/corpus/template");
    let mut count = 0;
    for entry in folder.read_dir().expect("a corpus") {
        let path = entry.expect("a readable folder").path();
        let text = std::fs::read(&path).expect("a readable file");
        let checked = std::panic::catch_unwind(|| body::template(&text));
        assert!(checked.is_ok(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 10, "only {count} inputs are saved");
}

#[test]
fn spoilt_templates_are_reports_or_errors() {
    let (mut reports, mut errors) = (0, 0);
    for (name, template) in templates() {
        for seed in 0..ROUNDS {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut text = template.clone();
            (0..=random.u8(..4)).for_each(|_| spoil(&mut text, &mut random));
            match std::panic::catch_unwind(|| body::template(&text)) {
                Ok(Ok(_)) => reports += 1,
                Ok(Err(_)) => errors += 1,
                Err(panicked) => panic!("{name} with seed {seed}: {:?}", panicked.downcast_ref::<String>()),
            }
        }
    }
    assert!(reports > 100 && errors > 100, "{reports} reports and {errors} errors: both are to be seen");
}
