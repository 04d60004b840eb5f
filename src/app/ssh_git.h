// Git's conversations over SSH: a fetch and a push.
#pragma once

#include "app/ssh.h"
#include "app/ssh_download.h"
#include "app/ssh_stream.h"
#include "base/result.h"
#include "base/task.h"
#include "hub/fetch.h"
#include "hub/hub.h"

namespace kohaku::app {

// `git upload-pack` and the client speak with each other until one of them ends, or until nothing is
// said for two minutes.
Task<void> converse_in_fetch(hub::Fetch fetch, SshDownload& download, SshStream& stream);

// Waits hours for what the client wants, since git-lfs sends its objects meanwhile; that wait ends at once
// when the server stops. A push that has begun is taken to its end.
Task<void> converse_in_push(hub::Hub& hub, SshPush push, SshStream& stream);

}  // namespace kohaku::app
