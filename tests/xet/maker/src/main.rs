// The official crates as the measure of ours.
//
//   xet-vectors make OUTDIR    writes the reference vectors of tests/xet/vectors
//   xet-vectors check DIR      reads xorbs and shards that our code wrote, and confirms their hashes
mod check;
mod inputs;
mod make;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().skip(1).map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", directory] => make::all(directory),
        ["check", directory] => check::all(directory),
        _ => {
            eprintln!("usage: xet-vectors make OUTDIR | check DIR");
            std::process::exit(2);
        }
    }
}
