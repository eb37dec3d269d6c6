-- wrk -s drive.lua URL -- OPERATION BODY
-- In the body, `########` is replaced by a unique number. `@@@@` and `@@` (or only `@@`) are replaced by numbers below
-- 10,000 and below 100, in an order that CPU caches cannot predict. The length of the request never changes.

local before, between, after, unique
local count = 0

function init(args)
    wrk.method = "POST"
    wrk.body = args[2]
    wrk.headers["Content-Type"] = "application/x-amz-json-1.0"
    wrk.headers["X-Amz-Target"] = "AWSStepFunctions." .. args[1]
    wrk.headers["X-Amz-Date"] = "20261122T000000Z"
    wrk.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=bench/20261122/us-east-1/states/aws4_request, "
        .. "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" .. string.rep("0", 64)
    local whole = wrk.format()
    before, after = whole:match("^(.-)########(.*)$")
    unique = before ~= nil
    if not unique then
        before, between, after = whole:match("^(.-)@@@@(.-)@@(.*)$")
    end
    if not before then
        before, after = whole:match("^(.-)@@(.*)$")
    end
    if not before then
        request = function() return whole end
    end
end

function request()
    count = count + 1
    if unique then
        return before .. string.format("%08d", count) .. after
    end
    local index = count * 7368787 % 1000000
    if not between then
        return before .. string.format("%02d", index % 100) .. after
    end
    return before .. string.format("%04d", math.floor(index / 100)) .. between .. string.format("%02d", index % 100) .. after
end

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format("\n%d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
        latency:percentile(99), failed))
end
