// A coroutine that runs on the server's event loops. Take parameters by value: they must outlive
// every suspension.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace kohaku {

template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace kohaku
