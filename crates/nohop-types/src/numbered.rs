use std::cmp::Ordering;
use std::collections::VecDeque;

/// What belongs to the numbers of parts or choices, in their order.
///
/// An answer has few of them at a time, and numbers, opens and closes them in order: what comes last
/// is put at one end and what is done leaves at the other, without the nodes of a tree.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Numbered<T>(VecDeque<(usize, T)>);

impl<T> Numbered<T> {
    /// Puts `held` at `number`, and returns what was there.
    pub(crate) fn insert(&mut self, number: usize, held: T) -> Option<T> {
        match self.place(number) {
            Ok(place) => Some(std::mem::replace(&mut self.0[place].1, held)),
            Err(place) => {
                self.0.insert(place, (number, held));
                None
            }
        }
    }

    /// What is at `number`.
    pub(crate) fn get(&self, number: usize) -> Option<&T> {
        Some(&self.0[self.place(number).ok()?].1)
    }

    /// Takes away what is at `number`.
    pub(crate) fn remove(&mut self, number: usize) -> Option<T> {
        let place = self.place(number).ok()?;
        self.0.remove(place).map(|(_, held)| held)
    }

    /// Takes away everything.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Everything, in the order of the numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, held)| held)
    }

    /// Where `number` is, or belongs: nearly always it is the last, or behind that.
    fn place(&self, number: usize) -> Result<usize, usize> {
        let Some((last, _)) = self.0.back() else { return Err(0) };
        match number.cmp(last) {
            Ordering::Less => self.0.binary_search_by_key(&number, |(number, _)| *number),
            Ordering::Equal => Ok(self.0.len() - 1),
            Ordering::Greater => Err(self.0.len()),
        }
    }
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

#[cfg(test)]
mod tests;
