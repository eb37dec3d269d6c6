//! Sets of keys and ranges that calls of a group read or write.

use std::collections::HashSet;

/// Keys and ranges.
#[derive(Debug, Default)]
pub(super) struct Keys {
    keys: HashSet<Vec<u8>>,
    ranges: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Keys {
    /// Adds the keys from `start` to before `end`, or one key if `end` is empty, as etcd does.
    pub fn add(&mut self, start: &[u8], end: &[u8]) {
        if end.is_empty() {
            self.keys.insert(start.to_vec());
        } else {
            self.ranges.push((start.to_vec(), end.to_vec()));
        }
    }

    /// Adds all keys of another set.
    pub fn extend(&mut self, other: &Self) {
        self.keys.extend(other.keys.iter().cloned());
        self.ranges.extend(other.ranges.iter().cloned());
    }

    /// Whether the sets have common keys.
    pub fn overlap(&self, other: &Self) -> bool {
        let (small, large) = if self.keys.len() < other.keys.len() { (self, other) } else { (other, self) };
        small.keys.iter().any(|key| large.keys.contains(key))
            || self.contains_any(&other.keys)
            || other.contains_any(&self.keys)
            || self
                .ranges
                .iter()
                .any(|(start, end)| other.ranges.iter().any(|(first, last)| start < last && first < end))
    }

    /// Whether a range contains one of the keys.
    fn contains_any(&self, keys: &HashSet<Vec<u8>>) -> bool {
        self.ranges.iter().any(|(start, end)| keys.iter().any(|key| start <= key && key < end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(ranges: &[(&str, &str)]) -> Keys {
        let mut keys = Keys::default();
        ranges.iter().for_each(|(start, end)| keys.add(start.as_bytes(), end.as_bytes()));
        keys
    }

    #[test]
    fn keys_and_ranges_overlap() {
        let cases = [
            ([("a", "")], [("a", "")], true),
            ([("a", "")], [("b", "")], false),
            ([("a", "c")], [("b", "")], true),
            ([("a", "c")], [("c", "")], false),
            ([("a", "c")], [("b", "d")], true),
            ([("a", "c")], [("c", "d")], false),
        ];
        for (left, right, expected) in cases {
            assert_eq!(keys(&left).overlap(&keys(&right)), expected, "{left:?} {right:?}");
            assert_eq!(keys(&right).overlap(&keys(&left)), expected, "{right:?} {left:?}");
        }
    }
}
