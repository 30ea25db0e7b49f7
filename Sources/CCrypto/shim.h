// OpenSSL 3's libcrypto as it stands on the system.
#include <openssl/evp.h>
