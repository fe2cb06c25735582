use crate::Meter;

/// What sets the price of a request beside what it used.
///
/// What a provider says of its answer goes before what was asked for: a tier in the usage goes before the tier here.
///
/// ```
/// use nohop_pricing::{Facts, Meter};
///
/// let facts = Facts::new().batch().count(Meter::WebSearch, 3);
/// # let _ = facts;
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[must_use]
pub struct Facts<'a> {
    pub(crate) tier: Option<&'a str>,
    pub(crate) processing: Option<&'a str>,
    pub(crate) speed: Option<&'a str>,
    pub(crate) region: Option<&'a str>,
    pub(crate) search: Option<&'a str>,
    pub(crate) door: Option<&'a str>,
    pub(crate) counts: Vec<(Meter, u64)>,
    pub(crate) free: Vec<(Meter, u64)>,
}

impl<'a> Facts<'a> {
    /// Nothing but the usage is known.
    pub const fn new() -> Self {
        Self {
            tier: None,
            processing: None,
            speed: None,
            region: None,
            search: None,
            door: None,
            counts: Vec::new(),
            free: Vec::new(),
        }
    }

    /// The tier that served, or was asked for: `flex`, `priority`.
    pub fn tier(mut self, tier: &'a str) -> Self {
        self.tier = Some(tier);
        self
    }

    /// It was processed with others, later.
    pub fn batch(mut self) -> Self {
        self.processing = Some("batch");
        self
    }

    /// How fast it was asked to be: `fast`.
    pub fn speed(mut self, speed: &'a str) -> Self {
        self.speed = Some(speed);
        self
    }

    /// Where it was processed: `eu`, `us`.
    pub fn region(mut self, region: &'a str) -> Self {
        self.region = Some(region);
        self
    }

    /// How much was searched, or how: `low`, `medium`, `high`, or the provider's word.
    pub fn search(mut self, search: &'a str) -> Self {
        self.search = Some(search);
        self
    }

    /// Through which of the provider's doors it went, where doors have prices of their own.
    pub fn door(mut self, door: &'a str) -> Self {
        self.door = Some(door);
        self
    }

    /// So many of something were used. Of tokens this says what the usage can not: how many of a class had which
    /// form; they are among those of the usage, and are not added to them.
    pub fn count(mut self, meter: Meter, count: u64) -> Self {
        self.counts.push((meter, count));
        self
    }

    /// So many of something the account has still free.
    pub fn free(mut self, meter: Meter, count: u64) -> Self {
        self.free.push((meter, count));
        self
    }
}
