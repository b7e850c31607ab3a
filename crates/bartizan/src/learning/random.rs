//! Python's random numbers (Matsumoto and Nishimura, "Mersenne Twister", 1998; `init_by_array` seeding), so that
//! bootstrap intervals are those of the protocol's scorer to the last digit.

const SIZE: usize = 624;
const MIDDLE: usize = 397;

/// `random.Random(seed)` for a seed below 2^32.
pub struct Random {
    state: [u32; SIZE],
    at: usize,
}

fn twist(high: u32, low: u32) -> u32 {
    let y = (high & 0x8000_0000) | (low & 0x7fff_ffff);
    (y >> 1) ^ if y & 1 == 1 { 0x9908_b0df } else { 0 }
}

impl Random {
    pub fn new(seed: u32) -> Self {
        let mut state = [0u32; SIZE];
        let mut last = 19_650_218u32;
        state[0] = last;
        for (i, s) in state.iter_mut().enumerate().skip(1) {
            last = 1_812_433_253u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(i as u32);
            *s = last;
        }
        let mut i = 1;
        let next = |i: &mut usize, state: &mut [u32; SIZE]| {
            *i += 1;
            if *i >= SIZE {
                state[0] = state[SIZE - 1];
                *i = 1;
            }
        };
        for _ in 0..SIZE {
            let before = state[i - 1];
            state[i] = (state[i] ^ (before ^ (before >> 30)).wrapping_mul(1_664_525)).wrapping_add(seed);
            next(&mut i, &mut state);
        }
        for _ in 1..SIZE {
            let before = state[i - 1];
            state[i] =
                (state[i] ^ (before ^ (before >> 30)).wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            next(&mut i, &mut state);
        }
        state[0] = 0x8000_0000;
        Self { state, at: SIZE }
    }

    fn next(&mut self) -> u32 {
        if self.at == SIZE {
            for i in 0..SIZE {
                let mixed = twist(self.state[i], self.state[(i + 1) % SIZE]);
                self.state[i] = self.state[(i + MIDDLE) % SIZE] ^ mixed;
            }
            self.at = 0;
        }
        let mut y = self.state[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// Uniform below `n`, as `random.choice` draws it; 0 if `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 {
            return 0;
        }
        let bits = usize::BITS - n.leading_zeros();
        loop {
            let x = (self.next() >> (32 - bits.min(32))) as usize;
            if x < n {
                return x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Python 3.11: `r = random.Random(7); [r.choice(range(33)) for _ in range(12)]`.
    #[test]
    fn the_same_numbers_as_python() {
        let mut random = Random::new(7);
        let drawn: Vec<usize> = (0..12).map(|_| random.below(33)).collect();
        assert_eq!(drawn, PYTHON);
    }

    const PYTHON: [usize; 12] = [20, 9, 25, 3, 4, 6, 23, 3, 32, 13, 2, 5];
}
