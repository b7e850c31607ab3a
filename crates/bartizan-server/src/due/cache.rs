//! What is kept in memory for due lists: parsed advisories and catalogues, the inventories last asked for, the lists last computed.
//! Nothing here is anybody's secret from the node, and nothing of it is told to anybody but through the rule of access.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use bartizan_clearinghouse::due::{Item, KevCatalogue, Notice, Notices};
use bartizan_product::inventory::Asset;
use bartizan_response::risk::epss::Epss;
use tokio::sync::{Mutex as Turn, MutexGuard};

/// An edition of something, by its UUID and number.
pub(crate) type Edition = (String, i64);

/// Components of inventories that are kept, all together.
const COMPONENTS: usize = 1_000_000;
/// Indexes and lists that are kept.
const KEPT: usize = 8;
/// Advisories that are kept although nobody asked for them last.
const NOTICES: usize = 100_000;

/// What was computed for somebody: what is to do, and what was to do by the editions before.
pub(crate) struct Computed {
    pub(crate) notices: Arc<Notices>,
    pub(crate) items: Vec<Item>,
    /// By the edition before: items that are there no more.
    pub(crate) gone: Vec<Item>,
}

/// The latest of something, newest first.
struct Latest<K, V>(VecDeque<(K, Arc<V>)>);

impl<K, V> Default for Latest<K, V> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<K: PartialEq, V> Latest<K, V> {
    fn get(&mut self, key: &K) -> Option<Arc<V>> {
        let at = self.0.iter().position(|(kept, _)| kept == key)?;
        let found = self.0.remove(at)?;
        let value = Arc::clone(&found.1);
        self.0.push_front(found);
        Some(value)
    }

    fn keep(&mut self, key: K, value: Arc<V>) {
        self.0.retain(|(kept, _)| *kept != key);
        self.0.push_front((key, value));
    }
}

/// See the module.
#[derive(Default)]
pub(crate) struct Cache {
    reading: Turn<()>,
    assets: Mutex<Latest<Edition, Vec<Asset>>>,
    notices: Mutex<BTreeMap<Edition, Arc<Notice>>>,
    indexes: Mutex<Latest<String, Notices>>,
    lists: Mutex<Latest<String, Computed>>,
    kev: Mutex<Latest<String, KevCatalogue>>,
    epss: Mutex<Latest<String, Epss>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

macro_rules! kept {
    ($get:ident, $keep:ident, $field:ident, $value:ty, $most:expr) => {
        pub(crate) fn $get(&self, key: &String) -> Option<Arc<$value>> {
            lock(&self.$field).get(key)
        }
        pub(crate) fn $keep(&self, key: String, value: &Arc<$value>) {
            let mut latest = lock(&self.$field);
            latest.keep(key, Arc::clone(value));
            latest.0.truncate($most);
        }
    };
}

impl Cache {
    kept!(index, keep_index, indexes, Notices, KEPT);
    kept!(list, keep_list, lists, Computed, KEPT);
    kept!(kev, keep_kev, kev, KevCatalogue, 1);
    kept!(epss, keep_epss, epss, Epss, 1);

    /// The turn to read a document.
    pub(crate) async fn reading(&self) -> MutexGuard<'_, ()> {
        self.reading.lock().await
    }

    pub(crate) fn assets(&self, key: &Edition) -> Option<Arc<Vec<Asset>>> {
        lock(&self.assets).get(key)
    }

    pub(crate) fn keep_assets(&self, key: Edition, assets: Arc<Vec<Asset>>) {
        let mut latest = lock(&self.assets);
        latest.keep(key, assets);
        let mut components = 0;
        latest.0.retain(|(_, assets)| {
            components += assets.iter().map(|a| a.components.len() + 1).sum::<usize>();
            components <= COMPONENTS
        });
    }

    /// Those of these advisories that are parsed.
    pub(crate) fn notices(&self, keys: &[Edition]) -> Vec<Option<Arc<Notice>>> {
        let kept = lock(&self.notices);
        keys.iter().map(|key| kept.get(key).cloned()).collect()
    }

    pub(crate) fn keep_notices(&self, new: Vec<(Edition, Arc<Notice>)>, asked: &[Edition]) {
        let mut kept = lock(&self.notices);
        kept.extend(new);
        if kept.len() > asked.len() + NOTICES {
            let asked: BTreeSet<&Edition> = asked.iter().collect();
            kept.retain(|key, _| asked.contains(key));
        }
    }
}
