//! Mutates every template of the vectors. The result is always a report or an error with a position, never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod body;

use std::path::Path;

/// Number of mutations per template.
const ROUNDS: u64 = 60;
/// Inserted texts with a meaning in JSON, YAML or a template.
const TOKENS: [&str; 24] = [
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
            // Generated templates repeat one resource a hundred times.
            if !name.ends_with(".expected.json") && !name.contains("quota") {
                all.push((name, std::fs::read(&path).expect("a readable file")));
            }
        }
    }
    all.sort();
    all
}

/// Makes one change at a random offset: inserts, removes, flips or copies bytes.
fn mutate(text: &mut Vec<u8>, random: &mut fastrand::Rng) {
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
            let token = random.choice(TOKENS).expect("a token");
            drop(text.splice(at..at, token.bytes()));
        }
    }
}

/// The saved inputs of the fuzz target: known attacks and inputs that the fuzzer found.
#[test]
fn saved_templates_give_reports_or_errors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/fuzz/corpus/template");
    let mut count = 0;
    for entry in folder.read_dir().expect("a corpus") {
        let path = entry.expect("a readable folder").path();
        let text = std::fs::read(&path).expect("a readable file");
        let checked = std::panic::catch_unwind(|| body::check_bytes(&text));
        assert!(checked.is_ok(), "{}", path.display());
        count += 1;
    }
    assert!(count >= 10, "expected at least 10 saved inputs, found {count}");
}

#[test]
fn mutated_templates_give_reports_or_errors() {
    let (mut reports, mut errors) = (0, 0);
    for (name, template) in templates() {
        for seed in 0..ROUNDS {
            let mut random = fastrand::Rng::with_seed(seed);
            let mut text = template.clone();
            (0..=random.u8(..4)).for_each(|_| mutate(&mut text, &mut random));
            match std::panic::catch_unwind(|| body::check_bytes(&text)) {
                Ok(Ok(_)) => reports += 1,
                Ok(Err(_)) => errors += 1,
                Err(panicked) => panic!("{name} with seed {seed}: {:?}", panicked.downcast_ref::<String>()),
            }
        }
    }
    assert!(
        reports > 100 && errors > 100,
        "expected more than 100 of both, found {reports} reports and {errors} errors"
    );
}
