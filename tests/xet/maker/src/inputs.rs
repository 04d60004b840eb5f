// The inputs of the vectors, each with its name and its recipe.

fn splitmix(n: usize, seed: u64) -> Vec<u8> {
    let mut s = seed;
    let mut v = Vec::with_capacity(n + 8);
    while v.len() < n {
        s = s.wrapping_add(0x9E3779B97F4A7C15);
        let mut z = s;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D049BB133111EB);
        v.extend_from_slice(&(z ^ (z >> 31)).to_le_bytes());
    }
    v.truncate(n);
    v
}

// Compresses better when bytes are grouped by four.
fn floats(n: usize) -> Vec<u8> {
    let mut v = Vec::with_capacity(n + 4);
    let mut k = 0u32;
    while v.len() < n {
        v.extend_from_slice(&(k as f32 * 0.001f32).to_le_bytes());
        k += 1;
    }
    v.truncate(n);
    v
}

fn text(n: usize) -> Vec<u8> {
    let mut v = Vec::new();
    let mut k = 0;
    while v.len() < n {
        v.extend_from_slice(format!("line {} of a text that repeats itself\n", k % 977).as_bytes());
        k += 1;
    }
    v.truncate(n);
    v
}

pub struct Input {
    pub name: String,
    pub recipe: String,
    pub data: Vec<u8>,
}

fn input(name: impl Into<String>, recipe: impl Into<String>, data: Vec<u8>) -> Input {
    Input { name: name.into(), recipe: recipe.into(), data }
}

pub fn all() -> Vec<Input> {
    let mut list = vec![];
    for n in [0usize, 1, 63, 64, 8191, 8192, 8193, 65536, 131071, 131072, 131073, 256000, 1048576] {
        list.push(input(format!("rand1_{n}"), format!("splitmix64 seed 1, {n} bytes"), splitmix(n, 1)));
    }
    list.push(input("rand7_5000000", "splitmix64 seed 7, 5000000 bytes", splitmix(5_000_000, 7)));
    list.push(input("rand42_20000000", "splitmix64 seed 42, 20000000 bytes", splitmix(20_000_000, 42)));
    for n in [200_000usize, 1_000_000] {
        list.push(input(format!("zero_{n}"), format!("{n} zero bytes"), vec![0; n]));
        list.push(input(format!("const59_{n}"), format!("{n} bytes 0x59"), vec![0x59; n]));
    }
    list.push(input(
        "text_400000",
        "lines 'line K of a text that repeats itself\\n', K = i mod 977, cut at 400000",
        text(400_000),
    ));
    list.push(input("f32_400000", "little-endian f32 of i*0.001f, cut at 400000", floats(400_000)));
    let mut edited = splitmix(1_048_576, 1);
    edited.splice(500_000..500_000, b"INSERTED".iter().copied());
    list.push(input(
        "rand1_1048576_insert8_at_500000",
        "rand1_1048576 with the 8 bytes INSERTED put in before offset 500000",
        edited,
    ));
    list
}
