use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nohop_types::Response;

use super::{Kept, Key, Store};

/// What an answer takes beside what it says.
const FRAME: usize = 1_024;

/// A store in memory, of so many bytes.
pub(crate) struct Memory {
    most: usize,
    shelves: Mutex<Shelves>,
}

#[derive(Default)]
struct Shelves {
    kept: BTreeMap<Key, Shelf>,
    /// The keys by when they were asked for last.
    order: BTreeMap<u64, Key>,
    bytes: usize,
    asked: u64,
}

struct Shelf {
    kept: Arc<Kept>,
    bytes: usize,
    asked: u64,
}

impl Memory {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, shelves: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl Store for Memory {
    async fn get(&self, key: &Key) -> Option<Arc<Kept>> {
        self.lock().get(key)
    }

    async fn put(&self, key: Key, kept: Arc<Kept>, _: Duration) {
        let bytes = size(&kept.response);
        if bytes <= self.most {
            self.lock().put(key, Shelf { kept, bytes, asked: 0 }, self.most);
        }
    }
}

impl Shelves {
    fn get(&mut self, key: &Key) -> Option<Arc<Kept>> {
        let shelf = self.kept.get_mut(key)?;
        self.asked += 1;
        self.order.remove(&shelf.asked);
        shelf.asked = self.asked;
        self.order.insert(shelf.asked, *key);
        Some(shelf.kept.clone())
    }

    fn put(&mut self, key: Key, mut shelf: Shelf, most: usize) {
        self.remove(&key);
        self.asked += 1;
        shelf.asked = self.asked;
        self.bytes += shelf.bytes;
        self.order.insert(shelf.asked, key);
        self.kept.insert(key, shelf);
        while self.bytes > most {
            let Some(oldest) = self.order.first_key_value().map(|(_, key)| *key) else { return };
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, key: &Key) {
        if let Some(shelf) = self.kept.remove(key) {
            self.order.remove(&shelf.asked);
            self.bytes -= shelf.bytes;
        }
    }
}

/// How many bytes `response` takes, as well as that can be told from what it says.
fn size(response: &Response) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(FRAME);
    // Nothing fails to be counted: what can not be written has no bytes.
    let _ = serde_json::to_writer(&mut count, response);
    count.0
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shelves = self.lock();
        f.debug_struct("Memory")
            .field("answers", &shelves.kept.len())
            .field("bytes", &shelves.bytes)
            .field("most", &self.most)
            .finish()
    }
}
