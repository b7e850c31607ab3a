//! Affine transformations (ISO 32000-2, 8.3.3).

use hayro_syntax::object::{Array, Number};

/// `[a b c d e f]`: x' = ax + cy + e, y' = bx + dy + f.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Matrix([f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn new(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64) -> Self {
        Self([a, b, c, d, e, f])
    }

    /// Six numbers of an array.
    pub(super) fn read(array: &Array<'_>) -> Option<Self> {
        let numbers: Vec<f64> = array.iter::<Number>().take(6).map(|n| n.as_f64()).collect();
        Some(Self(numbers.try_into().ok()?))
    }

    /// This transformation, and then `next`.
    pub(super) fn then(self, next: Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [na, nb, nc, nd, ne, nf] = next.0;
        Self([
            a * na + b * nc,
            a * nb + b * nd,
            c * na + d * nc,
            c * nb + d * nd,
            e * na + f * nc + ne,
            e * nb + f * nd + nf,
        ])
    }

    pub(super) fn apply(self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// Area of the unit square's image.
    pub(super) fn area(self) -> f64 {
        let [a, b, c, d, ..] = self.0;
        (a * d - b * c).abs()
    }

    /// Direction of the x axis in degrees.
    pub(super) fn angle(self) -> f64 {
        let degrees = self.0[1].atan2(self.0[0]).to_degrees();
        if degrees.is_finite() { degrees } else { 0.0 }
    }

    /// Length of the y axis.
    pub(super) fn height(self) -> f64 {
        let length = self.0[2].hypot(self.0[3]);
        if length.is_finite() { length } else { 1.0 }
    }
}
