use std::collections::BTreeMap;

use proptest::prelude::*;

use super::Numbered;

proptest! {
    /// Whatever is put in and taken away, a map has the same.
    #[test]
    fn it_holds_what_a_map_would(steps in prop::collection::vec((0..3_u8, 0..8_usize), 0..64)) {
        let (mut mine, mut map) = (Numbered::default(), BTreeMap::new());
        for (held, (step, number)) in steps.into_iter().enumerate() {
            match step {
                0 => prop_assert_eq!(mine.remove(number), map.remove(&number)),
                _ => prop_assert_eq!(mine.insert(number, held), map.insert(number, held)),
            }
            prop_assert_eq!(mine.get(number), map.get(&number));
            prop_assert!(mine.iter().eq(map.values()));
        }
    }
}
