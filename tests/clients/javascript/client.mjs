// Every repository and file call of npm @huggingface/hub against HF_ENDPOINT, for one repository type.
// By Xet, which the client does by itself, or by LFS. Prints one JSON line for each case; test_javascript.py
// reads them.
//
//   node client.mjs TYPE xet|lfs CASE…
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.env.NODE_CLIENT, "package.json"));
const hub = await import(pathToFileURL(require.resolve("@huggingface/hub")).href);

const hubUrl = process.env.HF_ENDPOINT;
const [type, way, ...wanted] = process.argv.slice(2);
const uploading = way === "lfs" ? { useXet: false } : {};
const downloading = way === "lfs" ? { xet: false } : {};
const prefix = type === "model" ? "" : `${type}s/`;
const token = process.env.ALICE_TOKEN;
const alice = { accessToken: token, hubUrl };
const bob = { accessToken: process.env.BOB_TOKEN, hubUrl };
const nobody = { hubUrl };
let made = 0;

async function create(options = {}) {
  const name = `alice/js-${type}-${way}-${++made}`;
  const sdk = type === "space" ? { sdk: "static" } : {};
  const answer = await hub.createRepo({ ...alice, repo: { type, name }, ...sdk, ...options });
  assert.equal(answer.repoUrl, `${hubUrl}/${prefix}${name}`);
  assert.equal(typeof answer.id, "string");
  return { type, name };
}

async function upload(repo, contents, options = {}) {
  const files = Object.entries(contents).map(([path, content]) => ({ path, content: new Blob([content]) }));
  return await hub.uploadFiles({ ...alice, ...uploading, repo, files, commitTitle: "Add files", ...options });
}

async function read(repo, path, options = {}) {
  const blob = await hub.downloadFile({ ...alice, ...downloading, repo, path, ...options });
  return blob === null ? null : Buffer.from(await blob.arrayBuffer());
}

async function list(iterator) {
  const items = [];
  for await (const item of iterator) items.push(item);
  return items;
}

const fails = async (call, status) => {
  const error = await call().then(() => null, (error) => error);
  assert.ok(error, "the call must fail");
  if (status) assert.equal(error.statusCode, status, error.message);
  return error;
};

const cases = {
  async whoAmI() {
    const me = await hub.whoAmI(alice);
    assert.equal(me.name, "alice");
    assert.ok(me.orgs.some((organization) => organization.name === "lab"));
    await fails(() => hub.whoAmI({ hubUrl, accessToken: "hf_wrongwrongwrong" }), 401);
  },
  async createWithLicenseAndFiles() {
    const repo = await create({ license: "mit", files: [{ path: "hello.txt", content: new Blob(["hello"]) }] });
    assert.match((await read(repo, "README.md")).toString(), /license: mit/);
    assert.equal((await read(repo, "hello.txt")).toString(), "hello");
    await fails(() => hub.createRepo({ ...alice, repo, sdk: "static" }), 409);
  },
  async repoExistsAndAccess() {
    const repo = await create(), hidden = await create({ private: true });
    assert.equal(await hub.repoExists({ ...nobody, repo }), true);
    assert.equal(await hub.repoExists({ ...nobody, repo: { type, name: "alice/never-was" } }), false);
    await hub.checkRepoAccess({ ...alice, repo: hidden });
    await fails(() => hub.checkRepoAccess({ ...bob, repo: hidden }), 404);
  },
  // This client puts a path into the address as it is, so a name with # or ? is out of its reach.
  async uploadAndDownload() {
    const repo = await create();
    const large = randomBytes(11_000_000);
    const contents = { "a.txt": "a", "deep/er/ü ñ+.txt": "names", "tiny.bin": "tiny but large", "large.bin": large };
    const answer = await upload(repo, contents);
    assert.match(answer.commit.oid, /^[0-9a-f]{40}$/);
    assert.equal(answer.commit.url, `${hubUrl}/${prefix}${repo.name}/commit/${answer.commit.oid}`);
    for (const [path, content] of Object.entries(contents)) {
      assert.ok((await read(repo, path)).equals(Buffer.from(content)), path);
    }
    assert.match((await read(repo, "large.bin", { raw: true })).toString(), /^version https:\/\/git-lfs/);
    const part = await hub.downloadFile({ ...alice, ...downloading, repo, path: "large.bin" });
    assert.ok(Buffer.from(await part.slice(5_000_000, 5_000_100).arrayBuffer()).equals(large.subarray(5_000_000, 5_000_100)));
    assert.equal(await read(repo, "nothing.txt"), null);
    // By Xet the object is there in that form at once: no other way in gives the hash in the same moment.
    const info = await hub.fileDownloadInfo({ ...alice, repo, path: "large.bin" });
    if (way === "xet") assert.match(info.xet.hash, /^[0-9a-f]{64}$/);
  },
  async uploadOneFileAndDelete() {
    const repo = await create();
    await hub.uploadFile({ ...alice, repo, file: { path: "one.txt", content: new Blob(["one"]) } });
    assert.equal((await read(repo, "one.txt")).toString(), "one");
    await hub.deleteFile({ ...alice, repo, path: "one.txt" });
    assert.equal(await hub.fileExists({ ...alice, repo, path: "one.txt" }), false);
    await upload(repo, { "x.txt": "x", "y.txt": "y", "z.txt": "z" });
    await hub.deleteFiles({ ...alice, repo, paths: ["x.txt", "y.txt"] });
    assert.deepEqual((await list(hub.listFiles({ ...alice, repo }))).map((file) => file.path).sort(), [".gitattributes", "z.txt"]);
  },
  async anEmptyFile() {
    const repo = await create();
    await upload(repo, { "empty.txt": "", "empty.bin": "" });
    const files = await list(hub.listFiles({ ...alice, repo }));
    assert.equal(files.find((file) => file.path === "empty.txt").size, 0);
    assert.equal((await read(repo, "empty.txt")).length, 0);
  },
  async commitWithEveryOperation() {
    const repo = await create();
    const first = await upload(repo, { "old.txt": "old", "kept.txt": "kept" });
    await hub.commit({
      ...alice, repo, title: "Both", description: "described", parentCommit: first.commit.oid,
      operations: [
        { operation: "addOrUpdate", path: "new.txt", content: new Blob(["new"]) },
        { operation: "delete", path: "old.txt" },
      ],
    });
    assert.deepEqual((await list(hub.listFiles({ ...alice, repo }))).map((file) => file.path).sort(),
      [".gitattributes", "kept.txt", "new.txt"]);
    const error = await fails(() => upload(repo, { "late.txt": "x" }, { parentCommit: first.commit.oid }), 412);
    assert.match(error.message, /The branch was updated/);
    await fails(() => upload(repo, { "x.txt": "x" }, bob), 403);
  },
  async listFilesRecursively() {
    const repo = await create();
    const answer = await upload(repo, { "a.txt": "a", "folder/b.txt": "b", "folder/deep/c.bin": "c" });
    const files = await list(hub.listFiles({ ...alice, repo, recursive: true, expand: true }));
    assert.deepEqual(files.map((file) => file.path).sort(),
      [".gitattributes", "a.txt", "folder", "folder/b.txt", "folder/deep", "folder/deep/c.bin"]);
    const large = files.find((file) => file.path === "folder/deep/c.bin");
    assert.equal(large.lfs.oid, createHash("sha256").update("c").digest("hex"));
    assert.equal(files.find((file) => file.path === "a.txt").lastCommit.id, answer.commit.oid);
    assert.deepEqual((await list(hub.listFiles({ ...alice, repo, path: "folder" }))).map((file) => file.path).sort(),
      ["folder/b.txt", "folder/deep"]);
    await fails(() => list(hub.listFiles({ ...alice, repo, path: "nothing" })), 404);
  },
  async pathsInfo() {
    const repo = await create();
    await upload(repo, { "a.txt": "a", "b.bin": "b" });
    const found = await hub.pathsInfo({ ...alice, repo, paths: ["a.txt", "b.bin", "nothing"], expand: true });
    assert.deepEqual(found.map((item) => item.path).sort(), ["a.txt", "b.bin"]);
    assert.ok(found[0].lastCommit.date instanceof Date);
  },
  async fileExistsAndInfo() {
    const repo = await create();
    await upload(repo, { "a.txt": "hello", "b.bin": "large" });
    assert.equal(await hub.fileExists({ ...alice, repo, path: "a.txt" }), true);
    assert.equal(await hub.fileExists({ ...alice, repo, path: "nothing" }), false);
    const info = await hub.fileDownloadInfo({ ...alice, repo, path: "b.bin" });
    assert.equal(info.size, 5);
    assert.equal(info.etag, `"${createHash("sha256").update("large").digest("hex")}"`);
  },
  async commits() {
    const repo = await create();
    for (const number of [1, 2, 3]) {
      await hub.commit({ ...alice, repo, title: `Commit ${number}`, operations: [
        { operation: "addOrUpdate", path: "a.txt", content: new Blob([`${number}`]) }] });
    }
    const found = await list(hub.listCommits({ ...alice, repo, batchSize: 2 }));
    assert.deepEqual(found.map((commit) => commit.title), ["Commit 3", "Commit 2", "Commit 1", "initial commit"]);
    assert.equal(found[0].authors[0].username, "alice");
    assert.equal(await hub.countCommits({ ...alice, repo }), 4);
  },
  async branches() {
    const repo = await create();
    await upload(repo, { "a.txt": "main" });
    await hub.createBranch({ ...alice, repo, branch: "dev/x" });
    await upload(repo, { "a.txt": "dev" }, { branch: "dev/x" });
    assert.equal((await read(repo, "a.txt", { revision: "dev/x" })).toString(), "dev");
    assert.equal((await read(repo, "a.txt")).toString(), "main");
    await fails(() => hub.createBranch({ ...alice, repo, branch: "dev/x" }), 409);
    await hub.createBranch({ ...alice, repo, branch: "dev/x", overwrite: true, revision: "main" });
    assert.equal((await read(repo, "a.txt", { revision: "dev/x" })).toString(), "main");
    await hub.createBranch({ ...alice, repo, branch: "blank", empty: true });
    assert.equal(await read(repo, "a.txt", { revision: "blank" }), null);
    await hub.deleteBranch({ ...alice, repo, branch: "dev/x" });
    await fails(() => hub.deleteBranch({ ...alice, repo, branch: "dev/x" }));
  },
  async infoAndList() {
    const repo = await create();
    const info = { model: hub.modelInfo, dataset: hub.datasetInfo, space: hub.spaceInfo }[type];
    const found = await info({ ...alice, name: repo.name, additionalFields: ["author", "sha"] });
    assert.equal(found.name, repo.name);
    assert.equal(found.author, "alice");
    assert.ok(found.updatedAt instanceof Date);
    const lister = { model: hub.listModels, dataset: hub.listDatasets, space: hub.listSpaces }[type];
    const items = await list(lister({ ...alice, search: { owner: "alice", query: `js-${type}-${way}` } }));
    assert.ok(items.some((item) => item.name === repo.name));
    await fails(() => info({ ...bob, name: "alice/never-was" }), 404);
  },
  async snapshot() {
    const repo = await create();
    await upload(repo, { "a.txt": "a", "folder/b.bin": "b" });
    const folder = await hub.snapshotDownload({ ...alice, repo, cacheDir: mkdtempSync(join(tmpdir(), "js-cache-")) });
    assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "a");
    assert.equal(readFileSync(join(folder, "folder/b.bin"), "utf8"), "b");
  },
  async deleteRepository() {
    const repo = await create();
    await fails(() => hub.deleteRepo({ ...bob, repo }), 403);
    await hub.deleteRepo({ ...alice, repo });
    assert.equal(await hub.repoExists({ ...alice, repo }), false);
  },
};

for (const name of wanted) {
  const error = await cases[name]().then(() => null, (error) => `${error.stack}\n${error.message}`);
  console.log(JSON.stringify({ case: name, error }));
}
