/// Contacts and their calls as rows of a table.
#pragma once

#include "domain/contact.hpp"

#include <string>

namespace redial::http {

/// Appends the header row.
void append_csv_header(std::string& out);

/// Appends a row for each call of the contact, the open one last, or one row without a call. The contact's columns are
/// the same in each.
void append_csv_rows(std::string& out, const contact_detail& contact);

} // namespace redial::http
