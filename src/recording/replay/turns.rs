//! What is given out in turn for each key, the last for ever.

use std::collections::HashMap;
use std::hash::Hash;

/// In the order in which the keys came.
#[derive(Clone)]
pub(super) struct Turns<K, V> {
    turns: Vec<Turn<K, V>>,
    /// Where each key's turn is: a recording may hold a million.
    places: HashMap<K, usize>,
}

#[derive(Clone)]
struct Turn<K, V> {
    key: K,
    values: Vec<V>,
    /// How many were given out.
    given: usize,
}

impl<K, V> Default for Turns<K, V> {
    fn default() -> Self {
        Self {
            turns: Vec::new(),
            places: HashMap::new(),
        }
    }
}

impl<K: Clone + Eq + Hash, V> Turns<K, V> {
    pub fn add(&mut self, key: K, value: V) -> &mut V {
        let place = *self.places.entry(key.clone()).or_insert_with(|| {
            let (values, given) = (Vec::new(), 0);
            self.turns.push(Turn { key, values, given });
            self.turns.len() - 1
        });
        let values = &mut self.turns[place].values;
        values.push(value);
        let last = values.len() - 1;
        &mut values[last]
    }

    pub fn next(&mut self, is: impl Fn(&K) -> bool) -> Option<&V> {
        let turn = self.turns.iter_mut().find(|turn| is(&turn.key))?;
        let last = turn.values.len().checked_sub(1)?;
        let place = turn.given.min(last);
        turn.given += 1;
        turn.values.get(place)
    }

    /// Whether everything was given out.
    pub fn are_over(&self) -> bool {
        self.turns
            .iter()
            .all(|turn| turn.given >= turn.values.len())
    }

    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.turns.iter().map(|turn| &turn.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_turns_and_then_its_last_for_ever() {
        let mut turns = Turns::default();
        for (key, value) in [("a", 1), ("b", 5), ("a", 2)] {
            turns.add(key, value);
        }
        let mut next = |key| turns.next(|known| *known == key).copied();
        assert_eq!([next("a"), next("a"), next("a")], [1, 2, 2].map(Some));
        assert_eq!([next("b"), next("c")], [Some(5), None]);
        assert!(turns.are_over());
    }
}
