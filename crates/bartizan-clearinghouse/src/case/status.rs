//! Case state: what became true of the vulnerability (Vultron, "CS Transitions").
//!
//! Six things happen once each, in any order that three rules leave: a vendor knows (V), a fix is ready (F), it is deployed (D);
//! the public knows (P), an exploit is public (X), attacks were seen (A). The first three come in this order. A public exploit
//! makes the public aware at once, and what the public knows the vendor knows at once.

use crate::set::closed_set;

closed_set! {
    /// Something that becomes true of a vulnerability and stays so.
    CaseEvent {
        /// V: the vendor knows of it.
        VendorAware = "vendor-aware",
        /// F: a fix is ready.
        FixReady = "fix-ready",
        /// D: a fix is deployed.
        FixDeployed = "fix-deployed",
        /// P: the public knows of it.
        PublicAware = "public-aware",
        /// X: an exploit is public.
        ExploitPublic = "exploit-public",
        /// A: attacks were seen.
        AttacksObserved = "attacks-observed",
    }
}

closed_set! {
    /// How far a vendor is with a fix.
    FixState {
        /// vfd: the vendor does not know.
        Unaware = "vfd",
        /// Vfd: it knows.
        Aware = "Vfd",
        /// VFd: a fix is ready.
        Ready = "VFd",
        /// VFD: the fix is deployed.
        Deployed = "VFD",
    }
}

/// What is true of the vulnerability in the world at large.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct World {
    /// The public knows of it (P).
    pub public: bool,
    /// An exploit is public (X).
    pub exploit: bool,
    /// Attacks were seen (A).
    pub attacks: bool,
}

impl World {
    /// All eight, in the order of their bits.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..8u8).map(|n| Self { public: n & 4 != 0, exploit: n & 2 != 0, attacks: n & 1 != 0 })
    }

    /// Whether an embargo may be sought: nothing of this has happened (Vultron, "Negotiating Embargoes").
    pub const fn quiet(self) -> bool {
        !self.public && !self.exploit && !self.attacks
    }
}

/// One of the 32 states of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseState {
    /// How far the fix is.
    pub fix: FixState,
    /// What is true in the world.
    pub world: World,
}

impl CaseState {
    /// `vfdpxa`: nothing has happened.
    pub const START: Self =
        Self { fix: FixState::Unaware, world: World { public: false, exploit: false, attacks: false } };

    /// All 32.
    pub fn all() -> impl Iterator<Item = Self> {
        FixState::ALL.iter().flat_map(|&fix| World::all().map(move |world| Self { fix, world }))
    }

    /// Whether the state gives way at once: an exploit is public and the public does not know, or the public knows and the vendor
    /// does not. [`Self::after`] then allows one event alone.
    pub const fn ephemeral(self) -> bool {
        self.forced().is_some()
    }

    /// The one event that has to come next, if there is one.
    pub const fn forced(self) -> Option<CaseEvent> {
        if self.world.exploit && !self.world.public {
            Some(CaseEvent::PublicAware)
        } else if self.world.public && matches!(self.fix, FixState::Unaware) {
            Some(CaseEvent::VendorAware)
        } else {
            None
        }
    }

    /// The state after an event; none if it cannot come now.
    pub fn after(self, event: CaseEvent) -> Option<Self> {
        if self.forced().is_some_and(|forced| forced != event) {
            return None;
        }
        let mut next = self;
        let flag = match event {
            CaseEvent::VendorAware => return self.fixed(FixState::Unaware, FixState::Aware),
            CaseEvent::FixReady => return self.fixed(FixState::Aware, FixState::Ready),
            CaseEvent::FixDeployed => return self.fixed(FixState::Ready, FixState::Deployed),
            CaseEvent::PublicAware => &mut next.world.public,
            CaseEvent::ExploitPublic => &mut next.world.exploit,
            CaseEvent::AttacksObserved => &mut next.world.attacks,
        };
        (!std::mem::replace(flag, true)).then_some(next)
    }

    fn fixed(self, from: FixState, to: FixState) -> Option<Self> {
        (self.fix == from).then_some(Self { fix: to, ..self })
    }

    /// All ways in which all six things can happen, each as its six events in order: there are 70.
    pub fn histories() -> Vec<[CaseEvent; 6]> {
        let mut found = Vec::new();
        let mut open = vec![(Self::START, Vec::with_capacity(6))];
        while let Some((state, past)) = open.pop() {
            if let Ok(whole) = <[CaseEvent; 6]>::try_from(past.as_slice()) {
                found.push(whole);
                continue;
            }
            for &event in CaseEvent::ALL {
                if let Some(next) = state.after(event) {
                    let mut longer = past.clone();
                    longer.push(event);
                    open.push((next, longer));
                }
            }
        }
        found.sort_unstable();
        found
    }
}

impl std::fmt::Display for CaseState {
    /// `VFdPxa`: six letters, large for what has happened.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let letter =
            |happened: bool, letter: char| if happened { letter.to_ascii_uppercase() } else { letter };
        f.write_str(self.fix.as_str())?;
        for (happened, small) in
            [(self.world.public, 'p'), (self.world.exploit, 'x'), (self.world.attacks, 'a')]
        {
            std::fmt::Write::write_char(f, letter(happened, small))?;
        }
        Ok(())
    }
}
