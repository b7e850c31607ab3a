//! Sums and quantiles.

/// The mean, its sum compensated (Neumaier 1974); `NaN` of nothing.
pub fn mean(values: &[f64]) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
    }
    // Beyond the largest float the compensation is no number.
    let total = if lost.is_finite() { sum + lost } else { sum };
    total / count(values.len())
}

/// The quantile of the standard normal distribution: algorithm AS 241, `PPND16` (Wichura 1988), about 16 digits.
pub fn normal_quantile(p: f64) -> f64 {
    fn polynomial(coefficients: &[f64], at: f64) -> f64 {
        coefficients.iter().rev().fold(0.0, |sum, one| sum * at + one)
    }
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let middle = p - 0.5;
    if middle.abs() <= 0.425 {
        let r = 0.180_625 - middle * middle;
        return middle * polynomial(&A, r) / polynomial(&B, r);
    }
    let tail = if middle < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 {
        return if middle < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let r = (-tail.ln()).sqrt();
    let value = if r <= 5.0 {
        polynomial(&C, r - 1.6) / polynomial(&D, r - 1.6)
    } else {
        polynomial(&E, r - 5.0) / polynomial(&F, r - 5.0)
    };
    if middle < 0.0 { -value } else { value }
}

#[rustfmt::skip]
const A: [f64; 8] = [
    3.387_132_872_796_366_5, 133.141_667_891_784_38, 1_971.590_950_306_551_3, 13_731.693_765_509_46,
    45_921.953_931_549_87, 67_265.770_927_008_7, 33_430.575_583_588_13, 2_509.080_928_730_122_7,
];
#[rustfmt::skip]
const B: [f64; 8] = [
    1.0, 42.313_330_701_600_91, 687.187_007_492_057_9, 5_394.196_021_424_751,
    21_213.794_301_586_597, 39_307.895_800_092_71, 28_729.085_735_721_943, 5_226.495_278_852_854,
];
#[rustfmt::skip]
const C: [f64; 8] = [
    1.423_437_110_749_683_5, 4.630_337_846_156_546, 5.769_497_221_460_691, 3.647_848_324_763_204_5,
    1.270_458_252_452_368_4, 0.241_780_725_177_450_6, 0.022_723_844_989_269_184, 7.745_450_142_783_414e-4,
];
#[rustfmt::skip]
const D: [f64; 8] = [
    1.0, 2.053_191_626_637_759, 1.676_384_830_183_803_8, 0.689_767_334_985_1,
    0.148_103_976_427_480_08, 0.015_198_666_563_616_457, 5.475_938_084_995_345e-4, 1.050_750_071_644_416_9e-9,
];
#[rustfmt::skip]
const E: [f64; 8] = [
    6.657_904_643_501_103, 5.463_784_911_164_114, 1.784_826_539_917_291_3, 0.296_560_571_828_504_87,
    0.026_532_189_526_576_124, 0.001_242_660_947_388_078_4, 2.711_555_568_743_487_6e-5, 2.010_334_399_292_288_1e-7,
];
#[rustfmt::skip]
const F: [f64; 8] = [
    1.0, 0.599_832_206_555_888, 0.136_929_880_922_735_8, 0.014_875_361_290_850_615,
    7.868_691_311_456_133e-4, 1.846_318_317_510_054_7e-5, 1.421_511_758_316_446e-7, 2.044_263_103_389_939_8e-15,
];

/// The quantile of Student's distribution, by bisection; degrees of freedom may be any positive number.
pub fn t_quantile(p: f64, freedom: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || freedom.is_nan() || freedom <= 0.0 {
        return f64::NAN;
    }
    if p < 0.5 {
        return -t_quantile(1.0 - p, freedom);
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    // For so many degrees the series around the normal quantile is exact (Fisher and Cornish 1960), and the fraction slow.
    if freedom > 1e5 {
        return near_normal(normal_quantile(p), freedom);
    }
    let tail = 1.0 - p;
    let (mut low, mut high) = (0.0, 1.0);
    while t_tail(high, freedom) > tail && high < f64::MAX / 4.0 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if t_tail(middle, freedom) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

fn near_normal(z: f64, freedom: f64) -> f64 {
    let (square, inverse) = (z * z, 1.0 / freedom);
    let first = z * (square + 1.0) / 4.0;
    let second = z * ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    let third = z * (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0;
    z + inverse * (first + inverse * (second + inverse * third))
}

/// The chance of a value above `t`, for `t` from 0 on: half the regularised incomplete beta function at `(freedom / 2, 1 / 2)`.
fn t_tail(t: f64, freedom: f64) -> f64 {
    if t == 0.0 {
        return 0.5;
    }
    let (a, square) = (freedom / 2.0, t * t);
    let (x, rest) = (freedom / (freedom + square), square / (freedom + square));
    // x^a (1 - x)^(1/2) / B(a, 1/2)
    let front =
        (-a * (square / freedom).ln_1p()).exp() * rest.sqrt() * half_step(a) / std::f64::consts::PI.sqrt();
    let whole = if x < (a + 1.0) / (a + 2.5) {
        front * fraction(a, 0.5, x) / a
    } else {
        1.0 - front * fraction(0.5, a, rest) / 0.5
    };
    whole / 2.0
}

/// `Γ(a + 1/2) / Γ(a)`: a series for large values, to which smaller ones are carried up.
fn half_step(a: f64) -> f64 {
    let (mut at, mut product) = (a, 1.0);
    while at < 30.0 {
        product *= at / (at + 0.5);
        at += 1.0;
    }
    let inverse = 1.0 / at;
    let square = inverse * inverse;
    let series =
        inverse * (-1.0 / 8.0 + square * (1.0 / 192.0 + square * (-1.0 / 640.0 + square * 17.0 / 14_336.0)));
    product * at.sqrt() * series.exp()
}

/// The continued fraction of the incomplete beta function (Lentz; DLMF 8.17.22).
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut all = d;
    for step in 1..20_000_u32 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        all *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        all *= d * c;
        if (d * c - 1.0).abs() < 4e-16 {
            break;
        }
    }
    all
}

#[expect(clippy::cast_precision_loss, reason = "numbers of samples")]
pub(super) fn count(values: usize) -> f64 {
    values as f64
}
