//! Suggestions for unknown names.

/// Returns the name that an unknown name most likely means: in another spelling, with a prefix, without some of the words,
/// or with a typing error in every fifth letter, but at least one.
pub(crate) fn find_nearest(unknown: &str, names: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    let unknown = split_words(unknown.rsplit('.').next().unwrap_or_default());
    let score = |name: &'static str| {
        let name = split_words(name);
        let mut rest = name.iter();
        if unknown.len() > 1 && unknown.iter().all(|word| rest.any(|other| other == word)) {
            return Some((0, name.len()));
        }
        let (unknown, name) = (unknown.concat(), name.concat());
        let distance = strsim::osa_distance(&unknown, &name);
        (distance <= (unknown.chars().count() / 5).max(1)).then_some((distance, 0))
    };
    names.into_iter().filter_map(|name| Some((score(name)?, name))).min().map(|(_, nearest)| nearest)
}

/// Returns the words of a name such as `ListTagsForResource` or `list-tags-for-resource`, in lower case.
fn split_words(name: &str) -> Vec<String> {
    let spaced: String =
        name.chars().flat_map(|letter| [letter.is_uppercase().then_some(' '), Some(letter)]).flatten().collect();
    spaced.split([' ', '-', '_']).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}
