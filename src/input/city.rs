//! `CityHash64` of version 1.0, which names a category in the files of CatBoost.
//!
//! Source: Pike and Alakuijala's `CityHash`, version 1.0, as `util/digest/city.cpp` of CatBoost has it. Later versions give other numbers.

#![expect(
    clippy::many_single_char_names,
    reason = "they are the names of the algorithm"
)]

const K0: u64 = 0xc3a5_c85c_97cb_3127;
const K1: u64 = 0xb492_b66f_be98_f273;
const K2: u64 = 0x9ae1_6a3b_2f90_404f;
const K3: u64 = 0xc949_d7c7_509e_6557;
const MUL: u64 = 0x9ddf_ea08_eb38_2d69;

/// The hash of some bytes.
pub fn city_hash(bytes: &[u8]) -> u64 {
    match bytes.len() {
        0..=16 => short(bytes),
        17..=32 => medium(bytes),
        33..=64 => long(bytes),
        _ => very_long(bytes),
    }
}

/// Eight bytes from `at` on; zeros beyond the end, where nothing reads.
fn word(bytes: &[u8], at: usize) -> u64 {
    let eight = bytes.get(at..).and_then(<[u8]>::first_chunk);
    eight.map_or(0, |eight| u64::from_le_bytes(*eight))
}

fn half_word(bytes: &[u8], at: usize) -> u64 {
    let four = bytes.get(at..).and_then(<[u8]>::first_chunk);
    four.map_or(0, |four| u32::from_le_bytes(*four).into())
}

fn mix(x: u64) -> u64 {
    x ^ (x >> 47)
}

/// Two numbers to one.
fn join(low: u64, high: u64) -> u64 {
    let a = mix((low ^ high).wrapping_mul(MUL));
    mix((high ^ a).wrapping_mul(MUL)).wrapping_mul(MUL)
}

fn short(bytes: &[u8]) -> u64 {
    let n = bytes.len();
    let len = n as u64;
    match n {
        0 => K2,
        1..=3 => {
            let [first, middle, last] = [0, n / 2, n - 1].map(|at| u64::from(bytes[at]));
            let (y, z) = (first + (middle << 8), len + (last << 2));
            mix(y.wrapping_mul(K2) ^ z.wrapping_mul(K3)).wrapping_mul(K2)
        }
        4..=8 => join(
            len.wrapping_add(half_word(bytes, 0) << 3),
            half_word(bytes, n - 4),
        ),
        _ => {
            let (a, b) = (word(bytes, 0), word(bytes, n - 8));
            join(a, b.wrapping_add(len).rotate_right(n as u32)) ^ b
        }
    }
}

fn medium(bytes: &[u8]) -> u64 {
    let n = bytes.len();
    let a = word(bytes, 0).wrapping_mul(K1);
    let b = word(bytes, 8);
    let c = word(bytes, n - 8).wrapping_mul(K2);
    let d = word(bytes, n - 16).wrapping_mul(K0);
    let low = a.wrapping_sub(b).rotate_right(43);
    let low = low.wrapping_add(c.rotate_right(30)).wrapping_add(d);
    let high = a.wrapping_add((b ^ K3).rotate_right(20));
    join(low, high.wrapping_sub(c).wrapping_add(n as u64))
}

/// What 32 bytes add to a long text: `first` is what stands at the beginning of `a`, the others follow from `at` on.
fn half_of_long(bytes: &[u8], first: u64, at: [usize; 3]) -> (u64, u64) {
    let [second, third, other] = at.map(|at| word(bytes, at));
    let mut b = first.wrapping_add(other).rotate_right(52);
    let mut c = first.rotate_right(37);
    let mut a = first.wrapping_add(second);
    c = c.wrapping_add(a.rotate_right(7));
    a = a.wrapping_add(third);
    b = b.wrapping_add(a.rotate_right(31)).wrapping_add(c);
    (a.wrapping_add(other), b)
}

fn long(bytes: &[u8]) -> u64 {
    let n = bytes.len();
    let first = (n as u64)
        .wrapping_add(word(bytes, n - 16))
        .wrapping_mul(K0);
    let first = word(bytes, 0).wrapping_add(first);
    let (vf, vs) = half_of_long(bytes, first, [8, 16, 24]);
    let first = word(bytes, 16).wrapping_add(word(bytes, n - 32));
    let (wf, ws) = half_of_long(bytes, first, [n - 24, n - 16, n - 8]);
    let r = vf.wrapping_add(ws).wrapping_mul(K2);
    let r = mix(r.wrapping_add(wf.wrapping_add(vs).wrapping_mul(K0)));
    mix(r.wrapping_mul(K0).wrapping_add(vs)).wrapping_mul(K2)
}

/// 32 bytes from `at` on, and two numbers, to two numbers.
fn weak(bytes: &[u8], at: usize, a: u64, b: u64) -> (u64, u64) {
    let [w, x, y, z] = [0, 8, 16, 24].map(|i| word(bytes, at + i));
    let start = a.wrapping_add(w);
    let b = b.wrapping_add(start).wrapping_add(z).rotate_right(21);
    let a = start.wrapping_add(x).wrapping_add(y);
    let b = b.wrapping_add(a.rotate_right(44));
    (a.wrapping_add(z), b.wrapping_add(start))
}

fn very_long(bytes: &[u8]) -> u64 {
    let n = bytes.len();
    let len = n as u64;
    let mut x = word(bytes, 0);
    let mut y = word(bytes, n - 16) ^ K1;
    let mut z = word(bytes, n - 56) ^ K0;
    let mut v = weak(bytes, n - 64, len, y);
    let mut w = weak(bytes, n - 32, len.wrapping_mul(K1), K0);
    z = z.wrapping_add(mix(v.1).wrapping_mul(K1));
    x = z.wrapping_add(x).rotate_right(39).wrapping_mul(K1);
    y = y.rotate_right(33).wrapping_mul(K1);
    for at in (0..(n - 1) / 64 * 64).step_by(64) {
        let sum = x.wrapping_add(y).wrapping_add(v.0);
        x = sum.wrapping_add(word(bytes, at + 16)).rotate_right(37);
        x = x.wrapping_mul(K1) ^ w.1;
        let sum = y.wrapping_add(v.1).wrapping_add(word(bytes, at + 48));
        y = sum.rotate_right(42).wrapping_mul(K1) ^ v.0;
        z = (z ^ w.0).rotate_right(33);
        v = weak(bytes, at, v.1.wrapping_mul(K1), x.wrapping_add(w.0));
        w = weak(bytes, at + 32, z.wrapping_add(w.1), y);
        std::mem::swap(&mut z, &mut x);
    }
    let low = join(v.0, w.0).wrapping_add(mix(y).wrapping_mul(K1));
    join(low.wrapping_add(z), join(v.1, w.1).wrapping_add(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_have_the_hashes_that_catboost_writes() {
        let digits = "0123456789".repeat(6);
        let recorded = [
            (String::new(), 797_982_799),
            ("a".into(), 3_489_901_818),
            ("ab".into(), 4_090_249_022),
            ("abc".into(), 978_243_121),
            ("abcd".into(), 345_588_365),
            ("abcdefgh".into(), 4_270_775_063),
            ("abcdefghi".into(), 3_019_552_977),
            ("abcdefghijklmnop".into(), 2_150_978_241),
            ("abcdefghijklmnopq".into(), 322_581_478),
            ("x".repeat(32), 664_286_079),
            ("y".repeat(33), 3_368_352_023),
            ("0123456789".repeat(5), 1_074_845_035),
            (format!("{digits}abcd"), 650_312_652),
            (format!("{digits}abcde"), 411_829_677),
            ("z".repeat(128), 1_319_357_041),
            ("q".repeat(129), 1_446_482_312),
            ("Zürich".into(), 3_409_199_112),
            ("東京".repeat(30), 2_560_825_178),
        ];
        for (text, hash) in recorded {
            assert_eq!(city_hash(text.as_bytes()) as u32, hash, "{text}");
        }
    }
}
