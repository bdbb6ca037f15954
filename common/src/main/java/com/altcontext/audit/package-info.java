/** The audit log: who was shown personal data, and who changed what. */
@NullMarked
package com.altcontext.audit;

import org.jspecify.annotations.NullMarked;
