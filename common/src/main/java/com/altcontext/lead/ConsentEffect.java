package com.altcontext.lead;

/** What a form does to the consent of its lead. */
enum ConsentEffect {
    /** It leaves the consent as it is, with nothing on record. */
    NONE,
    /** It gives what it says. */
    GIVES,
    /** What it says is on record, and holds once the owner of the address confirms it; the link of any mail shows it. */
    WAITS,
    /** As {@link #WAITS}, and a mail asks for the confirmation. */
    WAITS_WITH_MAIL;

    /**
     * @param isTaken whether the form may change the consent at all
     * @param toConfirm whether what it says holds only once it is confirmed
     * @param mayMail whether a mail may ask for that
     */
    static ConsentEffect of(boolean isTaken, boolean toConfirm, boolean mayMail) {
        if (!isTaken) {
            return NONE;
        }
        if (!toConfirm) {
            return GIVES;
        }
        return mayMail ? WAITS_WITH_MAIL : WAITS;
    }
}
