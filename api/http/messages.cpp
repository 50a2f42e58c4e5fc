#include "api/http/messages.hpp"

#include <array>

namespace weike::http {
namespace {

// Each machine word is part of the wire protocol: never rename one. Grouped by capability.
constexpr std::array kMessages = std::to_array<Message>({
    // The codes themselves: what is said when there is no more exact word.
    {"not_found", "没有找到", "Not found", "您要找的内容不存在，或者您无权查看。",
     "What you asked for does not exist, or you may not see it."},
    {"invalid_argument", "请求有误", "Invalid request",
     "请求中的“{field}”缺失、类型不对或不在允许的范围内。",
     "“{field}” is missing, of the wrong type, or out of range."},
    {"conflict", "状态冲突", "Conflict", "当前状态下不能这样做，请刷新后再试。",
     "This is not possible in the present state. Reload and try again."},
    {"unauthorized", "请先登录", "Please sign in", "需要登录，或者登录已经过期。",
     "You need to sign in, or your session is over."},
    {"forbidden", "没有权限", "Not allowed", "您的账号没有做这件事的权限。",
     "Your account has no right to do this."},
    {"too_large", "内容过大", "Too large", "发送的内容超过了允许的大小。",
     "What you sent is larger than allowed."},
    {"unavailable", "暂时不可用", "Unavailable", "服务暂时繁忙，请稍后再试。",
     "The service is busy. Please try again soon."},
    {"deadline_exceeded", "处理超时", "Timed out", "处理时间过长，请稍后再试。",
     "It took too long. Please try again later."},
    {"locked", "正被占用", "Locked", "另一个请求正在使用它，请稍后再试。",
     "Another request is using it. Please try again soon."},
    {"rate_limited", "请求太频繁", "Too many requests", "请求过于频繁，请稍等片刻再试。",
     "Too many requests. Please wait a little."},
    {"precondition_failed", "内容已被修改", "Changed meanwhile",
     "内容在此期间已被修改，请刷新后再试。", "It was changed meanwhile. Reload and try again."},
    {"unsupported_type", "类型不支持", "Unsupported type", "这种内容类型不受支持。",
     "This type of content is not supported."},
    {"checksum_mismatch", "校验和不符", "Checksum mismatch",
     "收到的数据与校验和不符，已丢弃，请重新发送。",
     "The data did not match its checksum and was dropped. Send it again."},
    {"gone", "已经移除", "Gone", "内容已经移除，不再提供。",
     "It was removed and is no longer available."},
    {"out_of_space", "存储空间不足", "Out of space", "服务器存储空间不足，请联系管理员。",
     "The server is short of disk space. Please tell an administrator."},
    {"corrupt", "服务器内部错误", "Internal error", "服务器内部出错，请稍后再试，并告知请求编号。",
     "Something went wrong inside. Try again later and name the request id."},
    {"internal", "服务器内部错误", "Internal error", "服务器内部出错，请稍后再试，并告知请求编号。",
     "Something went wrong inside. Try again later and name the request id."},

    // HTTP
    {"malformed_request", "请求格式错误", "Malformed request", "请求不符合 HTTP/1.1 规范。",
     "The request breaks the rules of HTTP/1.1."},
    {"target_too_long", "地址过长", "Address too long", "请求的地址太长。",
     "The address of the request is too long."},
    {"head_too_large", "请求头过大", "Header too large", "请求头太大或字段太多。",
     "The header of the request is too large or has too many fields."},
    {"http_version_not_supported", "HTTP 版本不支持", "HTTP version not supported",
     "只支持 HTTP/1.0 和 HTTP/1.1。", "Only HTTP/1.0 and HTTP/1.1 are served."},
    {"transfer_coding_not_implemented", "传输编码不支持", "Transfer coding not implemented",
     "只支持 chunked 传输编码。", "Only the chunked transfer coding is understood."},
    {"expectation_failed", "无法满足 Expect", "Expectation failed", "只支持 100-continue。",
     "Only 100-continue is understood."},
    {"request_timeout", "请求超时", "Request timed out", "数据到达太慢，连接已关闭。",
     "The request came too slowly and was cut."},
    {"body_too_large", "正文过大", "Body too large", "请求正文超过了允许的大小。",
     "The body of the request is larger than allowed."},
    {"method_not_allowed", "方法不允许", "Method not allowed", "这个地址不支持该请求方法。",
     "This address does not support that method."},
    {"bad_target", "地址有误", "Malformed address", "请求的地址格式不正确。",
     "The address of the request is malformed."},
    {"malformed_json", "不是有效的 JSON", "Malformed JSON", "请求正文不是有效的 JSON 对象。",
     "The request body is no valid JSON object."},
    {"json_expected", "需要 JSON", "JSON expected", "请求正文的类型必须是 application/json。",
     "The request body must be of type application/json."},
    {"unknown_field", "未知字段", "Unknown field", "请求中有不认识的字段“{field}”。",
     "The request has an unknown field “{field}”."},
    {"missing_field", "缺少字段", "Missing field", "请求中缺少字段“{field}”。",
     "The request lacks the field “{field}”."},
    {"wrong_type", "字段类型不对", "Wrong type", "字段“{field}”的类型不对。",
     "The field “{field}” is of the wrong type."},
    {"out_of_range", "超出范围", "Out of range", "字段“{field}”的长度或数值超出了允许的范围。",
     "The length or value of “{field}” is out of range."},
    {"bad_text", "文字有误", "Bad text", "字段“{field}”含有不允许的字符。",
     "“{field}” contains characters that are not allowed."},
    {"invalid_cursor", "翻页标记无效", "Invalid cursor", "翻页标记无效，请从第一页重新开始。",
     "The cursor is not valid. Start again from the first page."},
    {"csrf_missing", "页面验证失败", "Page check failed",
     "请求没有通过页面来源验证，请刷新页面后再试。",
     "The request failed the check of its page. Reload the page and try again."},

    // Accounts
    {"bad_credentials", "账号或密码不对", "Wrong account or password",
     "账号或密码不对，请检查后再试。", "The account or the password is wrong."},
    {"too_many_attempts", "尝试次数过多", "Too many attempts", "登录尝试次数过多，请过几分钟再试。",
     "Too many attempts to sign in. Try again in a few minutes."},
    {"bad_account_name", "账号名不合要求", "Bad account name",
     "账号名须为 3 至 64 个字符，只能用汉字、字母、数字和 . _ -。",
     "An account name has 3 to 64 letters, digits, Chinese characters or . _ -."},
    {"password_too_short", "密码太短", "Password too short", "密码至少 8 个字符。",
     "A password has at least 8 characters."},
    {"password_too_long", "密码太长", "Password too long", "密码最长 1024 个字节。",
     "A password has at most 1024 bytes."},
    {"password_too_common", "密码太常见", "Password too common", "这个密码太容易被猜到，请换一个。",
     "This password is too easy to guess. Choose another."},
    {"account_exists", "账号已存在", "Account exists", "已经有同名账号。",
     "There is an account of this name already."},
    {"last_administrator", "最后一名管理员", "Last administrator", "不能停用最后一名管理员。",
     "The last administrator cannot be disabled."},

    // Assets
    {"asset_not_failed", "无需重试", "Nothing to retry", "只有转码失败的视频才能重试。",
     "Only a video whose transcoding failed can be tried again."},
    {"asset_in_use", "视频正在使用", "Video in use", "还有课程在使用这个视频，请先删除课程或更换视频。",
     "A lesson still uses this video. Delete the lesson or change its video first."},

    // Uploads
    {"upload_too_large", "文件过大", "File too large", "文件超过了允许的最大尺寸（默认 2 GiB）。",
     "The file is larger than allowed (2 GiB by default)."},
    {"upload_empty", "文件是空的", "Empty file", "文件里没有任何内容。",
     "The file has no content."},
    {"quota_exceeded", "空间配额已满", "Quota exceeded", "本单位的存储配额不够放下这个文件。",
     "The quota of the unit has no room for this file."},
    {"too_many_uploads", "同时上传过多", "Too many uploads",
     "同时进行的上传过多，请先完成或取消其中一个。",
     "Too many uploads at once. Finish or cancel one first."},
    {"not_a_video", "不是视频文件", "Not a video", "文件内容不是可识别的视频，请选择视频文件。",
     "The file does not look like a video. Choose a video file."},
    {"offset_mismatch", "续传位置不符", "Offset mismatch",
     "续传位置与服务器不一致，请重新查询后继续。",
     "The offset differs from the server's. Ask for it and go on."},
    {"upload_finished", "上传已完成", "Upload finished", "这个上传已经完成，不能再写入。",
     "This upload is finished and takes no more bytes."},
    {"tus_version", "协议版本不支持", "Unsupported tus version", "上传协议只支持 tus 1.0.0。",
     "Uploads speak tus 1.0.0 only."},
    {"offset_type_expected", "内容类型不对", "Wrong content type",
     "上传数据的类型必须是 application/offset+octet-stream。",
     "Upload data must be of type application/offset+octet-stream."},
    {"bad_checksum", "校验和格式有误", "Bad checksum",
     "校验和的格式或算法不受支持（支持 sha1、sha256）。",
     "The checksum is malformed or its algorithm unknown (sha1 and sha256 are known)."},
});

}  // namespace

const Message* find_message(std::string_view word) {
  for (const auto& message : kMessages) {
    if (message.word == word) return &message;
  }
  return nullptr;
}

}  // namespace weike::http
