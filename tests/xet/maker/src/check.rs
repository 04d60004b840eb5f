// Confirms what our code wrote (tests/xet/write_samples.cc):
//
//   {hash}.xorb          a xorb with that hash, without footer
//   upload.shard         files and xorbs, without footer, as a client uploads them
//   dedup.shard          the same xorbs as an answer to the chunk query
//   dedup-keyed.shard    the same with keyed chunk hashes
use std::collections::HashMap;
use std::fs;
use std::io::Cursor;

use xet_core_structures::merklehash::{MerkleHash, compute_data_hash, file_hash, xorb_hash};
use xet_core_structures::metadata_shard::MDBShardInfo;
use xet_core_structures::metadata_shard::chunk_verification::range_hash_from_chunks;
use xet_core_structures::metadata_shard::streaming_shard::MDBMinimalShard;
use xet_core_structures::xorb_object::deserialize_chunks;

type Nodes = Vec<(MerkleHash, u64)>;

pub fn all(directory: &str) {
    let mut xorbs = HashMap::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "xorb") {
            let hash = MerkleHash::from_hex(path.file_stem().unwrap().to_str().unwrap()).unwrap();
            xorbs.insert(hash, xorb(&fs::read(&path).unwrap(), hash));
        }
    }
    assert!(!xorbs.is_empty(), "no xorbs in {directory}");
    let files = upload_shard(&fs::read(format!("{directory}/upload.shard")).unwrap(), &xorbs);
    for (name, keyed) in [("dedup.shard", false), ("dedup-keyed.shard", true)] {
        dedup_shard(&fs::read(format!("{directory}/{name}")).unwrap(), keyed, &xorbs);
    }
    println!("{} xorbs and {files} files of ours have the hashes of the reference", xorbs.len());
}

fn xorb(bytes: &[u8], hash: MerkleHash) -> Nodes {
    let (data, ends) = deserialize_chunks(&mut Cursor::new(bytes)).unwrap();
    let nodes: Nodes = ends
        .windows(2)
        .map(|w| &data[w[0] as usize..w[1] as usize])
        .map(|chunk| (compute_data_hash(chunk), chunk.len() as u64))
        .collect();
    assert_eq!(xorb_hash(&nodes), hash);
    nodes
}

fn upload_shard(bytes: &[u8], xorbs: &HashMap<MerkleHash, Nodes>) -> usize {
    let shard = MDBMinimalShard::from_reader(&mut Cursor::new(bytes), true, true).unwrap();
    assert_eq!(shard.num_xorb(), xorbs.len());
    for i in 0..shard.num_xorb() {
        let view = shard.xorb(i).unwrap();
        let nodes: Nodes = (0..view.num_entries())
            .map(|c| (view.chunk(c).chunk_hash, view.chunk(c).unpacked_segment_bytes as u64))
            .collect();
        assert_eq!(nodes, xorbs[&view.xorb_hash()]);
    }
    for i in 0..shard.num_files() {
        let file = shard.file(i).unwrap();
        let mut nodes = Nodes::new();
        for t in 0..file.num_entries() {
            let term = file.entry(t);
            let part = &xorbs[&term.xorb_hash][term.chunk_index_start as usize..term.chunk_index_end as usize];
            assert_eq!(part.iter().map(|node| node.1).sum::<u64>(), term.unpacked_segment_bytes as u64);
            let hashes: Vec<MerkleHash> = part.iter().map(|node| node.0).collect();
            assert_eq!(file.verification(t).range_hash, range_hash_from_chunks(&hashes));
            nodes.extend_from_slice(part);
        }
        assert_eq!(file.file_hash(), file_hash(&nodes));
    }
    shard.num_files()
}

fn dedup_shard(bytes: &[u8], keyed: bool, xorbs: &HashMap<MerkleHash, Nodes>) {
    let mut reader = Cursor::new(bytes);
    let shard = MDBShardInfo::load_from_reader(&mut reader).unwrap();
    assert_eq!(shard.chunk_hashes_protected(), keyed);
    assert_eq!(shard.num_bytes() as usize, bytes.len());
    assert!(shard.metadata.shard_key_expiry > 0);
    let index: HashMap<u64, (u32, u32)> = shard.read_all_truncated_hashes(&mut reader).unwrap().into_iter().collect();
    for nodes in xorbs.values() {
        let hashes: Vec<MerkleHash> = nodes.iter().map(|node| node.0).collect();
        for hash in &hashes {
            let (xorb_index, chunk) = index[&shard.keyed_chunk_hash(hash)[0]];
            let (count, term) = shard
                .chunk_hash_dedup_query_direct(&mut reader, &[*hash], xorb_index, chunk)
                .unwrap()
                .expect("the client finds each chunk");
            assert_eq!(count, 1);
            let found = xorbs[&term.xorb_hash][term.chunk_index_start as usize];
            assert_eq!(found, (*hash, term.unpacked_segment_bytes as u64));
        }
    }
    assert_eq!(shard.read_all_xorb_blocks_full(&mut reader).map(|list| list.len()).unwrap(), xorbs.len());
}
