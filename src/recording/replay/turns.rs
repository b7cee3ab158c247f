//! What is given out in turn for each key, the last for ever.

use std::hash::Hash;

use indexmap::IndexMap;

/// In the order in which the keys came.
#[derive(Clone)]
pub(super) struct Turns<K, V>(IndexMap<K, Turn<V>>);

#[derive(Clone)]
struct Turn<V> {
    values: Vec<V>,
    /// How many were given out.
    given: usize,
}

impl<K: Eq + Hash, V> Turns<K, V> {
    /// Each value has its turn after those that its key has already.
    pub fn of(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut turns = IndexMap::new();
        for (key, value) in pairs {
            let (values, given) = (Vec::new(), 0);
            let turn = turns.entry(key).or_insert(Turn { values, given });
            turn.values.push(value);
        }
        Self(turns)
    }

    pub fn next(&mut self, is: impl Fn(&K) -> bool) -> Option<&V> {
        let (_, turn) = self.0.iter_mut().find(|(key, _)| is(key))?;
        let last = turn.values.len().checked_sub(1)?;
        let place = turn.given.min(last);
        turn.given += 1;
        turn.values.get(place)
    }

    /// Whether everything was given out.
    pub fn are_over(&self) -> bool {
        let mut turns = self.0.values();
        turns.all(|turn| turn.given >= turn.values.len())
    }

    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_turns_and_then_its_last_for_ever() {
        let mut turns = Turns::of([("a", 1), ("b", 5), ("a", 2)]);
        let mut next = |key| turns.next(|known| *known == key).copied();
        assert_eq!([next("a"), next("a"), next("a")], [1, 2, 2].map(Some));
        assert_eq!([next("b"), next("c")], [Some(5), None]);
        assert!(turns.are_over());
    }
}
